/* SPDX-License-Identifier: MIT */
#include "edges/block.h"

#include "edges/early.h"
#include "records/ledger.h"
#include "edges/delayed_free.h"

/* Larger ones cost the program more to hold back than it gains. */
enum { LARGEST_PENDING = 1024 };

/* The least that glibc makes of a block, its header included: four words, on all machines. */
enum { GLIBC_CHUNK = 4 * sizeof(size_t) };

struct block_fast block_fast;

static void *malloc_inside(size_t size)
{
    guard_enter();
    void *block = real.malloc(size);
    guard_leave();
    return block;
}

static void *realloc_inside(void *block, size_t size)
{
    guard_enter();
    void *moved = real.realloc(block, size);
    guard_leave();
    return moved;
}

static void free_inside(void *block)
{
    int *error = guard.error, saved = *error;
    guard_enter();
    real.free(block);
    guard_leave();
    *error = saved;
}

void block_start(void)
{
    bool glibc = real_malloc_is_glibc();
    block_fast.malloc = glibc ? real.malloc : malloc_inside;
    block_fast.realloc = glibc ? real.realloc : realloc_inside;
    block_fast.free = glibc && real_glibc_free_keeps_errno() ? real.free : free_inside;
    ledger_start(glibc ? GLIBC_CHUNK : 16);
    delayed_free_start(glibc ? LARGEST_PENDING : -1, block_fast.free);
}

COLD void block_release_delayed(void) { delayed_free_release(block_fast.free); }

ASIDE void *block_end(enum call call, void *block, size_t size, const struct stack_at *from)
{
    if (UNLIKELY(block == NULL)) {
        gate_cancel(size);
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
