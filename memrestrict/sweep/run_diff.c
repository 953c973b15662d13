/* SPDX-License-Identifier: MIT */
#include "sweep/run_diff.h"

#include "sites/source_location.h"
#include "base/string_file.h"
#include "outcome/sentence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40 }; /* characters of a line */

/* How many of `from` were not met as often in the other run, or not at all; the first is *first. */
static size_t count_missing(const struct tally *in, const struct tally *from, bool only_new,
                            const struct tally_site **first)
{
    size_t missing = 0;
    for (const struct tally_site *site = from->sites; site != NULL; site = site->hh.next) {
        const struct tally_site *other = tally_find(in, site->name);
        if (other != NULL && (only_new || other->calls == site->calls))
            continue;
        missing++;
        if (*first == NULL)
            *first = site;
    }
    return missing;
}

static bool add_note(struct words_list *notes, char *words, int length)
{
    bool done = length >= 0 && words_list_add(notes, words);
    if (length >= 0)
        free(words);
    return done;
}

bool difference_of_sites(const struct tally *one, const struct tally *other,
                         struct words_list *notes)
{
    const struct tally_site *first = NULL;
    size_t missing = count_missing(other, one, false, &first);
    missing += count_missing(one, other, true, &first);
    if (missing == 0)
        return true;
    struct places *places = places_open();
    struct place place = {.words = NULL};
    bool known = places != NULL && places_of(places, first->objects, first->frames, NULL, &place);
    char *words;
    int length =
        asprintf(&words,
                 "it is not the same in each run: %zu call sites are not met as often "
                 "every time (one in %s); a trial may miss its site, and find other things",
                 missing, known ? place.words : "an unknown place");
    place_free(&place);
    places_close(places);
    return add_note(notes, words, length);
}

/* The beginning of a line, safe and in quotes, or that there is none. */
static void write_line(FILE *file, char *line, ssize_t length)
{
    if (length < 0) {
        fputs("nothing", file);
        return;
    }
    line[strcspn(line, "\n")] = '\0';
    char *safe = words_safe_string(line);
    fputc('\'', file);
    words_cut(file, safe != NULL ? safe : "", SHOWN);
    fputc('\'', file);
    free(safe);
}

static void write_difference(FILE *to, FILE *one, FILE *other)
{
    char *lines[2] = {NULL, NULL};
    size_t rooms[2] = {0, 0}, number = 0;
    ssize_t lengths[2];
    do {
        lengths[0] = getline(&lines[0], &rooms[0], one);
        lengths[1] = getline(&lines[1], &rooms[1], other);
        number++;
    } while (lengths[0] >= 0 && lengths[0] == lengths[1] &&
             memcmp(lines[0], lines[1], (size_t)lengths[0]) == 0);
    fprintf(to, "its output is not the same in each run (line %zu: ", number);
    write_line(to, lines[0], lengths[0]);
    fputs(", then ", to);
    write_line(to, lines[1], lengths[1]);
    fputs("): outputs are not compared", to);
    free(lines[0]);
    free(lines[1]);
}

bool difference_of_outputs(const char *one, const char *other, struct words_list *notes)
{
    FILE *files[2] = {fopen(one, "re"), fopen(other, "re")};
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
    bool done = words != NULL && words_list_add(notes, words);
    free(words);
    return done;
}
