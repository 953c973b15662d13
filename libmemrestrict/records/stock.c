/* SPDX-License-Identifier: MIT */
#include "records/stock.h"

#include "common/kernel.h"

enum { PATIENCE = 20000 }; /* looks at nothing, some 100 microseconds */
#define REBASE (INT64_C(1) << 60)

bool stock_settle(struct account_stock *stock, uint64_t bytes)
{
    if (stock_lacks(stock, 0) <= 0)
        return true; /* whoever closed it has seen it */
    counter_subtract_own(&stock->spent, (int64_t)bytes);
    return false;
}

int64_t stock_lacks(const struct account_stock *stock, uint64_t bytes)
{
    return atomic_load_explicit(&stock->spent, memory_order_relaxed) + (int64_t)bytes -
           atomic_load_explicit(&stock->drawn, memory_order_relaxed);
}

/* A thread that only takes, or only gives back, counts on for ever: far from an overflow both
 * counters go back by as much. */
static void rebase(struct account_stock *stock)
{
    int64_t drawn = atomic_load_explicit(&stock->drawn, memory_order_relaxed);
    if (drawn < REBASE && drawn > -REBASE)
        return;
    atomic_store(&stock->allowance, ACCOUNT_STOCK_CLOSED);
    counter_subtract_own(&stock->spent, drawn);
    atomic_store(&stock->drawn, 0);
}

void stock_open(struct account_stock *stock, int64_t more, uint64_t bytes)
{
    rebase(stock);
    int64_t drawn = atomic_load_explicit(&stock->drawn, memory_order_relaxed) + more;
    atomic_store(&stock->drawn, drawn);
    counter_add_own(&stock->spent, (int64_t)bytes);
    atomic_store(&stock->allowance, drawn);
}

bool stock_close(struct account_stock *stock)
{
    return atomic_exchange(&stock->allowance, ACCOUNT_STOCK_CLOSED) != ACCOUNT_STOCK_CLOSED;
}

uint64_t stock_sweep(struct account_stock *stock)
{
    int64_t spent = atomic_load(&stock->spent), drawn = atomic_load(&stock->drawn);
    if (spent >= drawn) /* its thread is about to settle what is beyond */
        return 0;
    atomic_store(&stock->drawn, spent);
    return (uint64_t)(drawn - spent);
}

/* A sandbox may have taken membarrier(2) away since it was there. Then time does it: what a
 * processor has stored becomes visible within microseconds, and a thread that does not run has
 * stored all. */
void stock_barrier(void)
{
    if (counter_alone() || kernel_barrier())
        return;
    for (int i = 0; i < PATIENCE; i++)
        atomic_thread_fence(memory_order_seq_cst);
}

bool stock_possible(void)
{
    static _Atomic int answer; /* 0: not asked, 1: no, 2: yes */
    int known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (known == 0) {
        known = kernel_barrier_start() ? 2 : 1;
        atomic_store(&answer, known);
    }
    return known == 2;
}
