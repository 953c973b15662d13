/* SPDX-License-Identifier: MIT
 *
 * A stock of budget that one thread alone spends from, without a locked instruction. `spent` is
 * what the thread charged less what it gave back, and nobody else writes it; `allowance` is how far
 * it may rise, and only who holds the budget's lock writes that; `drawn` is what the stock has of
 * the budget.
 *
 * Others take a stock back in three steps: they close it (no allowance), make sure by membarrier(2)
 * that every thread has looked, and read what was spent. The thread charges first and looks at its
 * allowance once more afterwards. So either it sees that it was closed, and settles under the lock;
 * or its charge was seen. What it gives back needs no second look: it can only make `spent` less;
 * but it may come after the sweep, so who is about to be refused sweeps until nothing more comes.
 * tests/model/stock.pml has this as a model, for spin, with the order of stores and loads that x86
 * has; elsewhere too it is membarrier that orders the two accesses.
 */
#ifndef MEMRESTRICT_STOCK_H
#define MEMRESTRICT_STOCK_H

#include "common/accounts.h"
#include "ground/counter.h"

enum {
    STOCK_CHUNK = 64 * 1024,     /* bytes drawn at a time, with budget to spare */
    STOCK_MOST = 2 * STOCK_CHUNK /* that a stock holds unspent */
};

enum stock_result {
    STOCK_CHARGED,
    STOCK_SHORT,    /* it has less, or is closed: nothing was changed */
    STOCK_OVERDRAWN /* charged, but it was closed meanwhile: stock_settle */
};

/* Of this thread's own stock, by this thread, or a signal handler in it. */

/* What it may spend: negative if it is closed. */
static inline int64_t stock_left(const struct account_stock *stock)
{
    return atomic_load_explicit(&stock->allowance, memory_order_relaxed) -
           atomic_load_explicit(&stock->spent, memory_order_relaxed);
}

static inline enum stock_result stock_charge(struct account_stock *stock, uint64_t bytes)
{
    int64_t spent = atomic_load_explicit(&stock->spent, memory_order_relaxed);
    int64_t left = atomic_load_explicit(&stock->allowance, memory_order_relaxed) - spent;
    if (UNLIKELY(left < 0) || UNLIKELY(bytes > (uint64_t)left) ||
        UNLIKELY(!counter_swap_own(&stock->spent, spent, spent + (int64_t)bytes)))
        return STOCK_SHORT; /* or a signal handler came in between: then it is asked for another way
                             */
    atomic_signal_fence(memory_order_seq_cst); /* membarrier makes it a fence for all threads */
    return LIKELY(stock_left(stock) >= 0) ? STOCK_CHARGED : STOCK_OVERDRAWN;
}

/* False: it is closed, or would hold more than STOCK_MOST; nothing was changed. */
static inline bool stock_refund(struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = (uint64_t)stock_left(stock);
    if (UNLIKELY(bytes > STOCK_MOST) || UNLIKELY(left > STOCK_MOST - bytes))
        return false;
    counter_subtract_own(&stock->spent, (int64_t)bytes);
    return true;
}

/* The rest is for who holds the budget's lock, which stock.c does not know. */

/* By its thread, after STOCK_OVERDRAWN. True: the charge stands; false: it was undone. */
bool stock_settle(struct account_stock *stock, uint64_t bytes);
/* What `drawn` lacks for `bytes` more to be spent; negative: it has that much too much. */
int64_t stock_lacks(const struct account_stock *stock, uint64_t bytes);
/* By its thread: gives it `more` (or takes, if negative), spends `bytes`, and opens it. */
void stock_open(struct account_stock *stock, int64_t more, uint64_t bytes);
/* No charge passes any more, once stock_barrier was called. True: it was open. */
bool stock_close(struct account_stock *stock);
/* Until then, threads may be in between. */
void stock_barrier(void);
/* Of a closed one, after that: takes what was not spent; how many bytes. */
uint64_t stock_sweep(struct account_stock *stock);

/* Can threads have stocks of their own here? Asks the kernel, once. */
bool stock_possible(void);

#endif
