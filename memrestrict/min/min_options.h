/* SPDX-License-Identifier: MIT
 *
 * The command line of `memrestrict min`: every option, its value checked, and the help.
 */
#ifndef MEMRESTRICT_MIN_OPTIONS_H
#define MEMRESTRICT_MIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What has to be as without a limit: a set. */
enum min_compare { MIN_STATUS = 1, MIN_STDOUT = 2 };

/* Strings are those of argv. */
struct min_options {
    char **argv; /* the program and its arguments */
    bool tree;   /* the budget is for all processes together */
    uint64_t step;
    const char *count, *program, *engine; /* as run has them; NULL: not given */
    unsigned compare;                     /* set of enum min_compare */
    const char *test;                     /* a command that decides instead; NULL: none */
    int expect;                           /* the exit status of a success */
    uint64_t time_limit;                  /* nanoseconds, of a trial; 0: ten times the reference */
    unsigned jobs;                        /* trials at a time */
    unsigned repeats;                     /* of the answer */
    const char *budget_file;              /* NULL: none */
    double tolerance;                     /* by which the need may grow: 0.05 is 5 % */
    bool update;                          /* of the budget file */
    const char *json, *junit;             /* files, "-" is stdout; NULL: not wanted */
    bool quiet, verbose;
};

/* False: it was not understood, which was said, or help was printed; *status is what to exit with.
 */
bool min_options_read(int argc, char **argv, struct min_options *options, int *status);

#endif
