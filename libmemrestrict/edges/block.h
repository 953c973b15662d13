/* SPDX-License-Identifier: MIT
 *
 * The one way in for every new heap block, whatever the name of the call that asks for it.
 * malloc, realloc and free have a shorter one (interpose_heap.c) while nothing but counting is
 * wanted of them.
 */
#ifndef MEMRESTRICT_BLOCK_H
#define MEMRESTRICT_BLOCK_H

#include "decide/gate.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <errno.h>
#include <stdint.h>

/* How a block of `size` bytes is had from the next allocator. */
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

/* Where nothing is counted: before the start, in a program whose heap is not limited, or inside the
 * next allocator. Starts the library if it is time. */
void *block_start_or_pass(enum call call, allocate *next, size_t alignment, size_t size);

/* What it comes to, when the next allocator has returned: the block, or NULL. `from` as in
 * gate_commit. */
void *block_end(enum call call, void *block, size_t size, const struct stack_at *from);

/* NULL, with errno set, if it was refused or the next allocator has none. */
static inline __attribute__((always_inline)) void *block_new(enum call call, allocate *next,
                                                             size_t alignment, size_t size)
{
    if (UNLIKELY(!life_counts_heap()))
        return block_start_or_pass(call, next, alignment, size);
    int *error = guard.error, saved = *error;
    struct stack_at from =
        stack_here(); /* the program's own frame, as a rule: nothing to walk out of */
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
