/* SPDX-License-Identifier: MIT
 *
 * What a sweep has found so far: a line of JSON for the sweep and one for each trial, written as
 * they end, so that a sweep that was stopped goes on where it was, and the parts of one that was
 * spread over machines are put together.
 */
#ifndef MEMRESTRICT_JOURNAL_H
#define MEMRESTRICT_JOURNAL_H

#include "sweep/journal_record.h"

#include <stdio.h>

/* What was swept, and how. */
struct sweep_head {
    struct string_list argv;
    char *input; /* the file that is standard input; NULL: unknown */
    char *build; /* of the program and its libraries: journals of another are not mixed */
    char *
        options; /* that decide what a trial is, and are part of its replay: as on a command line */
    char *tried; /* what divides the work into trials: "modes=once,keep depth=16"; "": unknown */
    char *shard; /* "1/4"; NULL: all of it */
    uint64_t sites;           /* call sites that the reference met */
    struct string_list notes; /* what is to be said of the whole */
};

struct journal_plan; /* by which its record is found */

struct journal {
    struct sweep_head head;
    struct journal_record *records;
    size_t count, room;
    struct journal_plan *plans;
    bool finished; /* nothing was left to do */
    uint64_t time; /* nanoseconds that it took, of all parts together */
    FILE *file;    /* NULL: it is in memory alone */
    const char *path;
};

/* A journal in memory, and, unless `path` is NULL, in that file; what a file has of the same sweep
 * is taken up. The journal takes over what is in *head. False: this was said: the file cannot be
 * written, or is no journal, or another's. */
bool journal_open(struct journal *journal, const char *path, struct sweep_head *head);
/* Takes over what is in *record, and keeps it. False: it could not be written, which was said; or
 * there is no memory. */
bool journal_add(struct journal *journal, struct journal_record *record);
/* The last line. False as above. */
bool journal_finish(struct journal *journal, uint64_t time);
/* Reads one, for good. False: it is not there, or none; this was said. */
bool journal_read(struct journal *journal, const char *path);
/* Adds all of `part`, which is empty afterwards, but what is there already. False: it is of another
 * program, which was said; or there is no memory. */
bool journal_merge(struct journal *journal, struct journal *part);
void journal_close(struct journal *journal);

/* NULL: no trial of this plan is in it. */
const struct journal_record *journal_find(const struct journal *journal, const char *plan);

void sweep_head_free(struct sweep_head *head);

#endif
