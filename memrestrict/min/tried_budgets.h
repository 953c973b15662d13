/* SPDX-License-Identifier: MIT
 *
 * Which budgets were tried, and how often each was enough: in rising order.
 */
#ifndef MEMRESTRICT_TRIED_BUDGETS_H
#define MEMRESTRICT_TRIED_BUDGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attempt {
    uint64_t budget; /* bytes */
    unsigned passed, failed;
    char *how; /* it failed the first time: "exit 2"; NULL: it never did */
};

struct attempts {
    struct attempt *of;
    size_t count;
};

/* False: no memory. */
bool attempts_note(struct attempts *attempts, uint64_t budget, bool passed, const char *how);
void attempts_free(struct attempts *attempts);

/* NULL: it was not tried. All pointers are good until the next note. */
const struct attempt *attempts_find(const struct attempts *attempts, uint64_t budget);
/* Did it pass, every time? */
bool attempt_is_good(const struct attempt *attempt);

/* The largest that is not good; NULL: all are. */
const struct attempt *attempts_last_bad(const struct attempts *attempts);
/* The smallest from which on all are good; NULL: the largest is not. */
const struct attempt *attempts_answer(const struct attempts *attempts);
/* The smallest that ever passed, and the largest below it; NULL: there is none. */
const struct attempt *attempts_least(const struct attempts *attempts);
const struct attempt *attempts_below_least(const struct attempts *attempts);

#endif
