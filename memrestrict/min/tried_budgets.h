/* SPDX-License-Identifier: MIT
 *
 * Which budgets were tried, and how often each was enough: in rising order.
 */
#ifndef MEMRESTRICT_TRIED_BUDGETS_H
#define MEMRESTRICT_TRIED_BUDGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tried_budget {
    uint64_t budget; /* bytes */
    unsigned passed, failed;
    char *how; /* it failed the first time: "exit 2"; NULL: it never did */
};

struct tried_budgets {
    struct tried_budget *of;
    size_t count;
};

/* False: no memory. */
bool tried_budgets_note(struct tried_budgets *tried, uint64_t budget, bool passed, const char *how);
void tried_budgets_free(struct tried_budgets *tried);

/* NULL: it was not tried. All pointers are good until the next note. */
const struct tried_budget *tried_budgets_find(const struct tried_budgets *tried, uint64_t budget);
/* Did it pass, every time? */
bool tried_budget_is_good(const struct tried_budget *attempt);

/* The largest that is not good; NULL: all are. */
const struct tried_budget *tried_budgets_last_bad(const struct tried_budgets *tried);
/* The smallest from which on all are good; NULL: the largest is not. */
const struct tried_budget *tried_budgets_answer(const struct tried_budgets *tried);
/* The smallest that ever passed, and the largest below it; NULL: there is none. */
const struct tried_budget *tried_budgets_least(const struct tried_budgets *tried);
const struct tried_budget *tried_budgets_below_least(const struct tried_budgets *tried);

#endif
