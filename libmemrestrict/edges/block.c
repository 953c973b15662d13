/* SPDX-License-Identifier: MIT */
#include "edges/block.h"

#include "decide/gate_refusals.h"
#include "edges/early.h"
#include "edges/lifecycle.h"

OUT_OF_LINE void *block_end(enum call call, void *block, size_t size, const struct stack_at *from)
{
    if (UNLIKELY(block == NULL)) {
        gate_fall_short_below(call, size);
        gate_cancel_block(size);
        return NULL;
    }
    if (LIKELY(gate_commit(call, block, size, from)))
        return block;
    guard_enter();
    real.free(block);
    guard_leave();
    errno = ENOMEM;
    return NULL;
}

void *block_by_posix_memalign(size_t alignment, size_t size)
{
    void *block = NULL;
    int error = real.posix_memalign(&block, alignment, size);
    if (error != 0) {
        errno = error;
        return NULL;
    }
    return block;
}

void *block_by_aligned_alloc(size_t alignment, size_t size)
{
    return real.aligned_alloc != NULL ? real.aligned_alloc(alignment, size)
                                      : block_by_posix_memalign(alignment, size);
}

void *block_by_memalign(size_t alignment, size_t size)
{
    return real.memalign != NULL ? real.memalign(alignment, size)
                                 : block_by_aligned_alloc(alignment, size);
}

static void *pass(allocate *next, size_t alignment, size_t size)
{
    if (life() <= LIFE_STARTING)
        return early_alloc(alignment, size);
    guard_enter();
    void *block = next(alignment, size);
    guard_leave();
    return block;
}

void COLD *block_start_or_pass(enum call call, allocate *next, size_t alignment, size_t size)
{
    bool cold = life() == LIFE_COLD;
    if (cold)
        lifecycle_start();
    return cold && life_counts_heap() ? block_new(call, next, alignment, size)
                                      : pass(next, alignment, size);
}
