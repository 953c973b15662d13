/* SPDX-License-Identifier: MIT
 *
 * Delays glibc's free of small blocks by two calls. They are out of the ledger and refunded at
 * once; only the allocator gets them later. Its free begins with a read of the block's header,
 * which is seldom in the cache. free prefetches the header, and two calls later it is there.
 *
 * Only with glibc: another allocator may look for misuse, and wants each block at once.
 */
#ifndef MEMRESTRICT_DELAYED_FREE_H
#define MEMRESTRICT_DELAYED_FREE_H

#include "ground/guard.h"

#include <stdatomic.h>
#include <stdint.h>

/* Blocks of at most so many bytes are delayed; -1: none. Constant after start. */
extern int64_t delayed_free_largest;

/* Delays the free of a block that has no record any more. Returns what the next allocator is given
 * instead: an older block, this one if it is too large, or NULL. For a thread whose path is
 * GUARD_PLAIN. A signal handler that comes in between finds GUARD_COUNTED, and delays nothing. */
static inline void *delayed_free_swap(void *block, int64_t size)
{
    if (UNLIKELY(size > delayed_free_largest))
        return block;
    guard.level = GUARD_COUNTED;
    atomic_signal_fence(memory_order_seq_cst);
    void *older = guard.delayed[0], *newer = guard.delayed[1];
    guard.delayed[1] = block;
    atomic_signal_fence(memory_order_seq_cst); /* or gcc stores both at once, from the stack */
    guard.delayed[0] = newer;
    atomic_signal_fence(memory_order_seq_cst);
    guard.level = GUARD_PLAIN;
    return older;
}

/* Gives all of this thread's to `release`. */
void delayed_free_release(void (*release)(void *block));

/* Once, when the next allocator is known; `largest` as above. */
void delayed_free_start(int64_t largest, void (*release)(void *block));
/* Before a thread is made: from the first one on a thread's delayed blocks are given to `release`
 * when it ends. */
void delayed_free_before_thread(void);
/* In each thread, before its first block. False: it must not delay any. */
bool delayed_free_start_thread(void);

#endif
