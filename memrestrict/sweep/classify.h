/* SPDX-License-Identifier: MIT
 *
 * How a program took a failed allocation: what a trial left behind, held against the reference, the
 * run in which nothing failed.
 */
#ifndef MEMRESTRICT_CLASSIFY_H
#define MEMRESTRICT_CLASSIFY_H

#include "sites/source_location.h"
#include "sweep/deaths.h"
#include "sweep/file_diff.h"
#include "sweep/journal_record.h"
#include "sweep/site_index.h"

struct trial;

/* What one run of the program left to judge by. All of it stays the caller's. */
struct evidence {
    bool timed_out;
    bool exited; /* with `status`; else signal `status` ended it */
    int status;
    bool other_output;             /* than the reference: on stdout */
    const struct changes *changes; /* of files; NULL: they are not known */
    const char *said;              /* the file with its stderr */
    const json_t *processes;       /* as in the JSON of an outcome */
    int pid;                       /* of the only process to look at; 0: all */
    uint64_t left;                 /* bytes that were in use at the end */
    const struct site_index *index;
    uint64_t time; /* nanoseconds */
};

struct reference {
    bool exited;
    int status;
    bool output_varies;     /* from run to run, so that it says nothing */
    uint64_t left;          /* the most that was in use at the end of a run */
    uint64_t unknown_frees; /* the most of a run */
    struct deaths deaths;   /* the same */
    struct file_reference files;
    unsigned said; /* set of enum said: words that are its own */
    struct site_index index;
    struct trial *run; /* the first, whose folder has what it printed; NULL: none is kept */
};

/* A sum over the processes that are to be looked at. */
uint64_t classify_sum(const struct evidence *evidence, const char *member);

/* Fills in all of *record but the plan, which is there, and frees nothing of it. `site` is what was
 * made to fail. False: no memory. */
bool classify(const struct reference *reference, const struct evidence *evidence, const char *site,
              struct source_locations *locations, struct journal_record *record);

#endif
