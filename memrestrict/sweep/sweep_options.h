/* SPDX-License-Identifier: MIT
 *
 * The command lines of `memrestrict sweep` and `memrestrict merge`: every option, checked, and the
 * help.
 */
#ifndef MEMRESTRICT_SWEEP_OPTIONS_H
#define MEMRESTRICT_SWEEP_OPTIONS_H

#include "base/terminal.h"
#include "sweep/journal_record.h"

enum { SWEEP_MOST_SHARDS = 10000 };

enum sweep_report { SWEEP_JSON, SWEEP_JUNIT, SWEEP_TAP, SWEEP_SARIF, SWEEP_REPORTS };

enum wish { WISH_NONE, WISH_YES, WISH_NO };

/* What becomes of findings, for both. Strings are those of argv. */
struct findings_options {
    const char *reports[SWEEP_REPORTS]; /* paths, "-" is stdout; NULL: not wanted */
    const char *baseline, *suppress;    /* files, or NULL */
    const char *bug_reports;            /* a folder, or NULL */
    bool update_baseline;
    enum reaction fail_on; /* what is less harmful does not fail */
    enum color color;
    bool quiet, verbose;
};

struct sweep_options {
    struct findings_options findings;
    char **argv;                  /* the program and its arguments */
    unsigned jobs;                /* trials at a time */
    unsigned depth;               /* frames of a call site */
    unsigned modes;               /* set of enum explore_mode */
    uint64_t time_limit;          /* nanoseconds, of a trial; 0: ten times the reference */
    const char *limit;            /* --limit of trials; NULL: none */
    const char *program;          /* --program of trials; NULL: all */
    const char *only;             /* further words of each plan; NULL: none */
    const char *journal;          /* NULL: none */
    const char *keep;             /* a folder for what findings print; NULL: none */
    const char *shard;            /* "1/4", or NULL */
    unsigned shard_index, shards; /* counted from 0; 1 shard: all of it */
    unsigned most;                /* trials; 0: all */
    uint64_t spend;               /* nanoseconds, after which no trial is begun; 0: no end */
    bool fork;                    /* all in one run */
    enum wish sandbox;            /* none: for root */
    enum wish files;              /* none: in a sandbox */
};

/* False: it was not understood, which was said, or help was printed; *status is what to exit with.
 */
bool sweep_options_read(int argc, char **argv, struct sweep_options *options, int *status);
/* Those that are of run as well, and so part of a replay, quoted for a shell. The caller frees it.
 * NULL: no memory. */
char *sweep_options_of_run(const struct sweep_options *options);
/* The files to merge are *files, *count of them. */
bool merge_options_read(int argc, char **argv, struct findings_options *options, char ***files,
                        int *count, int *status);

#endif
