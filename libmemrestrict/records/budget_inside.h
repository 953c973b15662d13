/* SPDX-License-Identifier: MIT
 *
 * What budget.c and stocks.c share, and nobody else needs.
 */
#ifndef MEMRESTRICT_BUDGET_INSIDE_H
#define MEMRESTRICT_BUDGET_INSIDE_H

#include "common/accounts.h"
#include "ground/lock.h"

struct budget_inside {
    struct accounts *accounts; /* NULL: the account is our own */
    bool in_tree;
    int process;      /* ours; a copy that no handler told us of has another ID */
    struct lock lock; /* bytes move between `used` and stocks */
};
extern struct budget_inside budget_inside;

/* `used`, past all stocks. `alone`: no other thread changes it. A charge is all or nothing. */
bool budget_charge_counter(struct account *account, uint64_t bytes, bool alone);
/* The same for a stock, among threads: a peak at once, however much it is. */
bool budget_draw(struct account *account, uint64_t bytes);
void budget_refund_counter(struct account *account, uint64_t bytes, bool alone);
/* Under the lock: what lay in a stock. */
void budget_return(struct account *account, uint64_t bytes);

#endif
