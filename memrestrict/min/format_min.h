/* SPDX-License-Identifier: MIT
 *
 * What a search for the smallest budget found, for people and for machines. Each writer
 * returns false if it could not write, with errno; `what` is a struct min_result.
 */
#ifndef MEMRESTRICT_FORMAT_MIN_H
#define MEMRESTRICT_FORMAT_MIN_H

#include "min/budget_file.h"
#include "min/min_sites.h"
#include "min/min_success.h"
#include "min/bisect.h"

struct min_result {
    const struct min_options *options;
    const struct min_success *success;
    const struct tried_budgets *tried; /* tried_budgets_answer() is there */
    const struct min_sites *sites;
    uint64_t runs, time;            /* time: nanoseconds */
    const struct budget_file *file; /* NULL: none */
    bool grew;                      /* beyond what that allows */
    const char *command;            /* the program and its arguments, as a shell reads them */
    const char *replay;             /* the line that runs it under the answer */
};

/* The smallest budget from which on all that were tried passed. */
uint64_t min_result_need(const struct min_result *result);

/* Of a budget file: "memory.txt has 1.0 MiB; 12.3 % more is needed, and 5 % are allowed"; without a
 * newline. */
void format_min_comparison(FILE *file, const struct min_result *result);

bool format_min_text(FILE *file, const void *what);
bool format_min_json(FILE *file, const void *what);
bool format_min_junit(FILE *file, const void *what);

#endif
