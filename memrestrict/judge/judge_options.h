/* SPDX-License-Identifier: MIT
 *
 * The command line of judge.
 */
#ifndef MEMRESTRICT_JUDGE_OPTIONS_H
#define MEMRESTRICT_JUDGE_OPTIONS_H

#include "base/string_list.h"

#include <stdbool.h>
#include <stdint.h>

#define JUDGE_NO_LIMIT UINT64_MAX

struct judge_options {
    char **argv;
    uint64_t limit;               /* bytes */
    uint64_t time, wall;          /* nanoseconds */
    uint64_t output_limit, stack; /* bytes */
    long processes;
    struct string_list reads;
    const char *policy;  /* "compute", "none" or a file */
    const char *json;    /* NULL: none */
    const char *batch;   /* a folder of tests; NULL: one run */
    const char *checker; /* of a batch: a command for the shell; NULL: we compare */
    long jobs;           /* at a time */
};

/* False: it was not understood, or help was printed; *status is what to exit with. */
bool judge_options_read(int argc, char **argv, struct judge_options *options, int *status);
void judge_options_free(struct judge_options *options);

#endif
