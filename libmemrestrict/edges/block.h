/* SPDX-License-Identifier: MIT
 *
 * How every new heap block is made, whatever the name of the call that asks for it: admitted,
 * allocated, committed. malloc has a fast path of its own (interpose_heap.c).
 */
#ifndef MEMRESTRICT_BLOCK_H
#define MEMRESTRICT_BLOCK_H

#include "decide/gate.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <errno.h>
#include <stdint.h>

/* A way to get a block of `size` bytes from the next allocator. */
typedef void *allocate(size_t alignment, size_t size);

static inline void *block_by_malloc(size_t alignment, size_t size)
{
    (void)alignment;
    return real.malloc(size);
}

/* By the function of that name, or by one that does the same where it is missing. */
void *block_by_posix_memalign(size_t alignment, size_t size);
void *block_by_aligned_alloc(size_t alignment, size_t size);
void *block_by_memalign(size_t alignment, size_t size);

/* The slow path of block_new where nothing is counted: before the start, in a program whose heap is
 * not limited, or inside the next allocator. Starts the library if it is time. */
void *block_start_or_pass(enum call call, allocate *next, size_t alignment, size_t size);

/* When the next allocator has returned `block`, which may be NULL: commits or cancels what was
 * charged. Returns the block, or NULL with errno set. `from` as in gate_commit. */
void *block_end(enum call call, void *block, size_t size, const struct stack_at *from);

/* Admits, allocates, commits. NULL, with errno set: refused, or the next allocator has none. */
static inline __attribute__((always_inline)) void *block_new(enum call call, allocate *next,
                                                             size_t alignment, size_t size)
{
    if (UNLIKELY(!life_counts_heap()))
        return block_start_or_pass(call, next, alignment, size);
    int *error = guard.error, saved = *error;
    struct stack_at from = stack_here(); /* mostly the program's own frame, since this is inlined */
    if (UNLIKELY(!gate_admit_block(call, size)))
        return NULL;
    guard_enter();
    void *block = next(alignment, size);
    guard_leave();
    block = block_end(call, block, size, &from);
    if (LIKELY(block != NULL))
        *error = saved;
    return block;
}

#endif
