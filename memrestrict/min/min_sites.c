/* SPDX-License-Identifier: MIT */
#include "min/min_sites.h"

#include "base/text.h"
#include "sites/source_location.h"
#include "base/size_words.h"
#include "base/string_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CALLERS = 3 };

struct rows {
    struct min_site *of;
    size_t count;
};

static uint64_t number(const json_t *site, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(site, name));
    return value > 0 ? (uint64_t)value : 0;
}

static uint64_t sum(const json_t *process, const char *name)
{
    size_t i;
    const json_t *site;
    uint64_t all = 0;
    json_array_foreach (json_object_get(process, "sites"), i, site)
        all += number(site, name);
    return all;
}

static const json_t *largest(const json_t *json)
{
    size_t i;
    const json_t *process, *chosen = NULL;
    json_array_foreach (json_object_get(json, "processes"), i, process)
        if (chosen == NULL || sum(process, "peak_bytes") > sum(chosen, "peak_bytes"))
            chosen = process;
    return chosen;
}

/* The place that people look for, and from there what called it. */
static char *words_of(struct source_locations *locations, const json_t *objects, const json_t *site)
{
    struct string_list stack = {NULL, 0};
    struct source_location place = {.words = NULL};
    struct string_file words;
    size_t first = 0;
    FILE *file = string_file_open(&words);
    if (file == NULL)
        return NULL;
    if (source_locations_find(locations, objects, json_object_get(site, "frames"), &stack,
                              &place)) {
        while (first < stack.count && strcmp(stack.words[first], place.words) != 0)
            first++;
        fputs(place.words, file);
        for (size_t i = first + 1; i < stack.count && i < first + CALLERS; i++) {
            if (strncmp(stack.words[i], "_start", 6) == 0 ||
                strncmp(stack.words[i], "__libc_start", 12) == 0)
                break;
            fprintf(file, " < %s", stack.words[i]);
        }
    }
    string_list_free(&stack);
    source_location_free(&place);
    return string_file_close(&words);
}

/* Stacks that read the same are one row: they part deeper than anybody looks. */
static struct min_site *row_of(struct rows *rows, const char *words)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->of[i].words, words) == 0)
            return &rows->of[i];
    return NULL;
}

static void add_row(struct rows *rows, char *words, uint64_t bytes, uint64_t blocks)
{
    struct min_site *row = row_of(rows, words);
    if (row == NULL) {
        row = &rows->of[rows->count++];
        *row = (struct min_site){0, 0, words};
    } else {
        free(words);
    }
    row->bytes += bytes;
    row->blocks += blocks;
}

static int by_bytes(const void *one, const void *other)
{
    uint64_t a = ((const struct min_site *)one)->bytes, b = ((const struct min_site *)other)->bytes;
    return a < b ? 1 : a > b ? -1 : 0;
}

static void add_rows(struct rows *rows, const json_t *process)
{
    size_t i;
    const json_t *site;
    struct source_locations *locations = source_locations_open();
    if (locations == NULL)
        return;
    json_array_foreach (json_object_get(process, "sites"), i, site) {
        uint64_t bytes = number(site, "peak_bytes");
        char *words = NULL;
        if (bytes > 0)
            words = words_of(locations, json_object_get(process, "objects"), site);
        if (words != NULL)
            add_row(rows, words, bytes, number(site, "peak_blocks"));
    }
    source_locations_close(locations);
    qsort(rows->of, rows->count, sizeof *rows->of, by_bytes);
}

void min_sites_read(struct min_sites *sites, const json_t *json)
{
    *sites = (struct min_sites){.program = NULL};
    const json_t *process = largest(json);
    const char *program = json_string_value(json_object_get(process, "program"));
    size_t most = json_array_size(json_object_get(process, "sites"));
    struct rows rows = {.of = most > 0 ? malloc(most * sizeof *rows.of) : NULL};
    if (rows.of == NULL)
        return;
    add_rows(&rows, process);
    sites->program = program != NULL ? text_safe_string(program) : NULL;
    sites->bytes = sum(process, "peak_bytes");
    sites->blocks = sum(process, "peak_blocks");
    for (size_t i = 0; i < rows.count; i++)
        if (sites->count < MIN_SITES)
            sites->list[sites->count++] = rows.of[i];
        else
            free(rows.of[i].words);
    sites->more = rows.count - sites->count;
    free(rows.of);
}

void min_sites_free(struct min_sites *sites)
{
    for (size_t i = 0; i < sites->count; i++)
        free(sites->list[i].words);
    free(sites->program);
    *sites = (struct min_sites){.program = NULL};
}

void min_sites_print(FILE *file, const struct min_sites *sites)
{
    char size[SIZE_ROOM];
    uint64_t rest = sites->bytes;
    if (sites->count == 0)
        return;
    fprintf(file, "\n%s at its peak under that budget: %s in %" PRIu64 " block%s\n",
            sites->program != NULL ? sites->program : "?", size_words(sites->bytes, size),
            sites->blocks, sites->blocks == 1 ? "" : "s");
    fprintf(file, "  %11s %6s %9s  %s\n", "size", "part", "blocks", "had by");
    for (size_t i = 0; i < sites->count; i++) {
        const struct min_site *site = &sites->list[i];
        fprintf(file, "  %11s %5.1f%% ", size_words(site->bytes, size),
                100.0 * (double)site->bytes / (double)sites->bytes);
        if (site->blocks > 0)
            fprintf(file, "%9" PRIu64, site->blocks);
        else
            fprintf(file, "%9s", "-");
        fprintf(file, "  %s\n", site->words != NULL ? site->words : "?");
        rest -= site->bytes;
    }
    if (sites->more > 0)
        fprintf(file, "  %11s %5.1f%% %9s  %zu more\n", size_words(rest, size),
                100.0 * (double)rest / (double)sites->bytes, "-", sites->more);
}

json_t *min_sites_json(const struct min_sites *sites)
{
    json_t *array = json_array();
    for (size_t i = 0; i < sites->count && array != NULL; i++) {
        const struct min_site *site = &sites->list[i];
        json_t *object = json_pack("{s:I,s:I,s:s?}", "bytes", (json_int_t)site->bytes, "blocks",
                                   (json_int_t)site->blocks, "place", site->words);
        if (json_array_append_new(array, object) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}
