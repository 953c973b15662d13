/* SPDX-License-Identifier: MIT
 *
 * How much may still be had. Two promises, for any number of threads: what is charged never exceeds
 * the limit, not by one byte; and a charge that fits is never refused.
 *
 * A process with one thread charges one counter. With more, each thread spends from a stock that it
 * draws from the counter some KiB at a time, so that threads do not fight for one cache line. A
 * thread that would be refused first closes every stock and takes back what was in it, so a stock
 * never stands between a request and memory that is free. Bytes move between the counter and a
 * stock only under one lock; spending from a stock, and from the counter, takes none.
 */
#ifndef MEMRESTRICT_BUDGET_H
#define MEMRESTRICT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_UNLIMITED UINT64_MAX

struct budget_figures {
    uint64_t limit; /* bytes, or BUDGET_UNLIMITED */
    uint64_t used;  /* bytes charged and not refunded */
    uint64_t peak;  /* the most that `used` was; with several threads it may count bytes that were
                       drawn into stocks and not spent, up to 128 KiB a thread */
};

/* Before any charge. */
void budget_start(uint64_t limit);
/* Changes the limit; what is charged already stays, also when it is more. */
void budget_set_limit(uint64_t limit);

/* Takes `bytes` from what is left, all or nothing. Lock-free unless it is about to say no. */
bool budget_charge(uint64_t bytes);
/* Gives back `bytes` that were charged. */
void budget_refund(uint64_t bytes);

/* Exact when no other thread charges meanwhile: takes all stocks back. */
struct budget_figures budget_read(void);

/* fork(2): hold the lock, let go of it in the parent, make a fresh one in the child. */
void budget_fork_take(void);
void budget_fork_drop(void);
void budget_fork_reset(void);
/* The child has one thread, and a peak of its own. */
void budget_fork_child(void);
/* In a copy of the process that was made without fork handlers: frees the lock if nobody is left to. */
void budget_recover(void);

#endif
