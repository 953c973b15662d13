/* SPDX-License-Identifier: MIT
 *
 * Delays glibc's free of small blocks by two calls. They are out of the ledger and refunded at
 * once; only the allocator gets them later. Its free begins with a read of the block's header,
 * which is seldom in the cache. free prefetches the header, and two calls later it is there.
 *
 * A malloc that would be given a chunk of the same size as the newest of them gets that one, as it
 * would from glibc, which hands out first what was freed last. So the allocator is not called, and
 * the program has at hand what it had just now. What is in the block stays, as after glibc's own;
 * so calloc asks the allocator, and where it is to fill or to tag what it gives out, malloc too.
 *
 * Only with glibc: another allocator may look for misuse, and wants each block at once.
 */
#ifndef MEMRESTRICT_DELAYED_FREE_H
#define MEMRESTRICT_DELAYED_FREE_H

#include "ground/guard.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks of at most so many bytes are delayed; -1: none. Constant after start. */
extern int64_t delayed_free_largest;

/* May a delayed block be given out again? Not where glibc is to fill blocks, or to tag them. */
extern _Atomic bool delayed_free_reuses;

/* The size of the chunk that glibc has for so many bytes, in its units: a header of one word, and
 * all rounded up to 16. A block's own may be larger. */
static inline unsigned delayed_free_chunk(size_t size)
{
    return (unsigned)(size + sizeof(size_t) + 15) >> 4;
}

/* Is the newest delayed block large enough for `size` bytes, and not too large? */
static inline bool delayed_free_fits(size_t size)
{
    return guard.reusable == delayed_free_chunk(size);
}

/* Takes that block, which is the program's again. NULL: a signal handler has come in between, or it
 * must not be. For a thread whose path is GUARD_PLAIN, and as in delayed_free_swap. */
static inline void *delayed_free_reuse(size_t size)
{
    void *block = NULL;
    guard.level = GUARD_COUNTED;
    atomic_signal_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&delayed_free_reuses, memory_order_relaxed) &&
        delayed_free_fits(size)) {
        block = guard.delayed[1];
        guard.delayed[1] = NULL;
        guard.reusable = 0;
    }
    atomic_signal_fence(memory_order_seq_cst);
    guard.level = GUARD_PLAIN;
    return block;
}

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
    guard.reusable = delayed_free_chunk((size_t)size);
    atomic_signal_fence(memory_order_seq_cst); /* or gcc stores both at once, from the stack */
    guard.delayed[0] = newer;
    atomic_signal_fence(memory_order_seq_cst);
    guard.level = GUARD_PLAIN;
    return older;
}

/* Gives all of this thread's to `release`. */
void delayed_free_release(void (*release)(void *block));

/* Once, when the next allocator is known; `largest` and `reuses` as above. */
void delayed_free_start(int64_t largest, bool reuses, void (*release)(void *block));
/* Before a thread is made: from the first one on a thread's delayed blocks are given to `release`
 * when it ends. */
void delayed_free_before_thread(void);
/* In each thread, before its first block. False: it must not delay any. */
bool delayed_free_start_thread(void);

#endif
