/* SPDX-License-Identifier: MIT
 *
 * What budget.c (charges), budget_account.c (where the figures stand) and stocks.c share, and
 * nobody else needs.
 */
#ifndef MEMRESTRICT_BUDGET_INSIDE_H
#define MEMRESTRICT_BUDGET_INSIDE_H

#include "common/accounts.h"
#include "ground/lock.h"

struct budget_inside {
    struct account **account;  /* where its address stands */
    const char *alone;         /* is it true, this thread alone changes the account */
    struct accounts *accounts; /* NULL: the account is our own */
    struct account *slot;      /* ours in the table, if there is one */
    bool in_tree;
    int process; /* ours; a copy that no handler told us of has another ID */
    /* Bytes move between `used` and stocks. Apart from what every charge reads. */
    _Alignas(ACCOUNTS_LINE) struct lock lock;
};
/* The account where there is no slot; and the limit, always. */
extern struct account budget_own;
extern struct budget_inside budget_inside;

/* `used`, past all stocks. `alone`: no other thread changes it. A charge is all or nothing. */
bool budget_charge_counter(struct account *account, uint64_t bytes, bool alone);
/* The same for a stock, among threads: a peak at once, however much it is. */
bool budget_draw(struct account *account, uint64_t bytes);
void budget_refund_counter(struct account *account, uint64_t bytes, bool alone);
/* What lay in a stock. */
void budget_return_locked(struct account *account, uint64_t bytes);

#endif
