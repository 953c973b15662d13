/* SPDX-License-Identifier: MIT */
#include "sweep/run_diff.h"

#include "base/file_kind.h"
#include "base/lines.h"
#include "base/text.h"
#include "sites/source_location.h"
#include "base/string_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40, LONGEST = 16 << 20 }; /* characters of a line that are shown, and compared */

/* How many of `from` were not met as often in the other run, or not at all; the first is *first. */
static size_t count_missing(const struct site_index *in, const struct site_index *from,
                            bool only_new, const struct indexed_site **first)
{
    size_t missing = 0;
    for (const struct indexed_site *site = from->sites; site != NULL; site = site->hh.next) {
        const struct indexed_site *other = site_index_find(in, site->name);
        if (other != NULL && (only_new || other->calls == site->calls))
            continue;
        missing++;
        if (*first == NULL)
            *first = site;
    }
    return missing;
}

static bool add_note(struct string_list *notes, char *words, int length)
{
    bool done = length >= 0 && string_list_add(notes, words);
    if (length >= 0)
        free(words);
    return done;
}

bool run_diff_sites(const struct site_index *one, const struct site_index *other,
                    struct string_list *notes)
{
    const struct indexed_site *first = NULL;
    size_t missing = count_missing(other, one, false, &first);
    missing += count_missing(one, other, true, &first);
    if (missing == 0)
        return true;
    struct source_locations *locations = source_locations_open();
    struct source_location place = {.words = NULL};
    bool known = locations != NULL &&
                 source_locations_find(locations, first->objects, first->frames, NULL, &place);
    char *words;
    int length =
        asprintf(&words,
                 "it is not the same in each run: %zu call sites are not met as often "
                 "every time (one in %s); a trial may miss its site, and find other things",
                 missing, known ? place.words : "an unknown place");
    source_location_free(&place);
    source_locations_close(locations);
    return add_note(notes, words, length);
}

/* The beginning of a line, safe and in quotes, or that there is none. */
static void write_line(FILE *file, char *line, bool there)
{
    if (!there) {
        fputs("nothing", file);
        return;
    }
    line[strcspn(line, "\n")] = '\0';
    char *safe = text_safe_string(line);
    fputc('\'', file);
    text_cut(file, safe != NULL ? safe : "", SHOWN);
    fputc('\'', file);
    free(safe);
}

static void write_difference(FILE *to, FILE *one, FILE *other)
{
    struct lines lines[2] = {{.file = one, .most = LONGEST}, {.file = other, .most = LONGEST}};
    size_t number = 0;
    bool there[2];
    do {
        there[0] = lines_next(&lines[0]);
        there[1] = lines_next(&lines[1]);
        number++;
    } while (there[0] && there[1] && lines[0].length == lines[1].length &&
             memcmp(lines[0].text, lines[1].text, lines[0].length) == 0);
    fprintf(to, "its output is not the same in each run (line %zu: ", number);
    write_line(to, lines[0].text, there[0]);
    fputs(", then ", to);
    write_line(to, lines[1].text, there[1]);
    fputs("): outputs are not compared", to);
    lines_end(&lines[0]);
    lines_end(&lines[1]);
}

bool run_diff_outputs(const char *one, const char *other, struct string_list *notes)
{
    FILE *files[2] = {file_open_plain(one), file_open_plain(other)};
    struct string_file string;
    FILE *memory = string_file_open(&string);
    if (memory != NULL && files[0] != NULL && files[1] != NULL)
        write_difference(memory, files[0], files[1]);
    else if (memory != NULL)
        fputs("its output is not the same in each run: outputs are not compared", memory);
    char *words = memory != NULL ? string_file_close(&string) : NULL;
    for (int i = 0; i < 2; i++)
        if (files[i] != NULL)
            fclose(files[i]);
    bool done = words != NULL && string_list_add(notes, words);
    free(words);
    return done;
}
