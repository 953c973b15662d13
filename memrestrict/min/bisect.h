/* SPDX-License-Identifier: MIT
 *
 * The search for the smallest budget that is enough. It is narrowed down between what is too little
 * and what is enough; then others around it are tried, because a program that keeps a cache may
 * pass, fail with a little more, and pass again; then the answer itself, again and again.
 */
#ifndef MEMRESTRICT_BISECT_H
#define MEMRESTRICT_BISECT_H

#include "min/tried_budgets.h"

struct bisect {
    uint64_t step;    /* answers are multiples of this */
    uint64_t peak;    /* bytes that should be enough */
    bool blind;       /* nobody knows what should be: `peak` is found by doubling */
    unsigned jobs;    /* so many at a time */
    unsigned repeats; /* of the answer */
    /* Tries each, and notes the results in `tried`. False: it cannot go on. */
    bool (*run)(void *context, const uint64_t *budgets, size_t count);
    void *context;
    struct tried_budgets *tried; /* of the caller, who frees them */

    unsigned times; /* each budget is tried so often: 1, or more once results differ */
    uint64_t left;  /* runs to go, about */
};

enum bisect_end {
    BISECT_FOUND,  /* tried_budgets_answer() is the answer */
    BISECT_NO_WAY, /* not even much more than `peak` is enough */
    BISECT_STOPPED /* `run` said so */
};

enum bisect_end bisect_run(struct bisect *bisect);

/* Did a budget pass one time, and fail another? */
bool bisect_is_steady(const struct tried_budgets *tried);
/* Is everything above what passes enough, too? */
bool bisect_is_simple(const struct tried_budgets *tried);

#endif
