/* SPDX-License-Identifier: MIT
 *
 * The two small blocks that a thread has freed last: glibc gets them a little later. Nothing of
 * ours is late: they are out of the ledger and refunded. But glibc's free begins with a read of a
 * block's header, which is seldom in the cache; two calls later it is, where the processor would
 * have waited for it right after it had waited for the ledger's word.
 *
 * glibc alone: another allocator may be one that looks for misuse, and wants each block at once.
 */
#ifndef MEMRESTRICT_DELAYED_FREE_H
#define MEMRESTRICT_DELAYED_FREE_H

#include "ground/guard.h"

#include <stdatomic.h>
#include <stdint.h>

/* Of at most so many bytes; -1: none are kept. Constant after start. */
extern int64_t delayed_free_largest;

/* What the next allocator's free is to be given now, in place of this block, which has no record
 * any more: the block itself, an older one, or NULL. By a thread whose path is GUARD_PLAIN; the
 * calls of a signal handler that comes in between go the whole way, and leave these alone. */
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
/* Before a thread is made: from the first one on a thread's pending blocks are given to `release`
 * when it ends. */
void delayed_free_before_thread(void);
/* In each thread, before its first block. False: it must not have any pending. */
bool delayed_free_start_thread(void);

#endif
