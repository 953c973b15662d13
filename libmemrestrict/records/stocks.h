/* SPDX-License-Identifier: MIT
 *
 * The stocks of a process's threads, for budget.c: who has which, and how bytes go between them and
 * the counter that all share. A thread spends from one that is its own (stock.h). In a tree, whose
 * other processes must be able to take a stock back, and past the 64th thread, it shares one, by
 * locked instructions.
 */
#ifndef MEMRESTRICT_STOCKS_H
#define MEMRESTRICT_STOCKS_H

#include "ground/guard.h"
#include "records/stock.h"

/* This thread's own stock; NULL: it has none. */
static inline struct account_stock *stocks_own(struct account *account)
{
    unsigned offset = guard.own_stock;
    return LIKELY(offset > GUARD_NO_STOCK) ? (void *)((char *)account + offset) : NULL;
}

/* For a process with more than one thread. False: nothing was done; the counter is charged instead.
 * A refund is of at most STOCK_CHUNK bytes. */
bool stocks_charge(struct account *account, uint64_t bytes);
bool stocks_refund(struct account *account, uint64_t bytes);
/* After STOCK_OVERDRAWN. True: the charge stands. */
bool stocks_settle(struct account_stock *stock, uint64_t bytes);

/* There never was a stock in the account, and nobody can be making one. */
bool stocks_none(const struct account *account);
/* From here on until one is drawn again, `used` alone is the truth. */
void stocks_close_locked(struct account *account);
/* When all are closed: takes what came late. False: nothing did. */
bool stocks_sweep_locked(struct account *account);
/* In the child of a fork, alone: nobody has one. */
void stocks_forget(void);

#endif
