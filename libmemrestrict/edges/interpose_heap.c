/* SPDX-License-Identifier: MIT
 *
 * The malloc family as programs see it: what C and POSIX say about arguments, and nothing else.
 *
 * malloc, realloc and free have a fast path, without a lock, a function call of ours or a locked
 * instruction. One test chooses it: guard.level is GUARD_PLAIN once the thread was found to be
 * counted and nothing else is asked for (gate_is_fast), outside the next allocator.
 *  malloc: charge (the thread's stock, or the one counter while there is one thread), the next
 *          malloc, or a block that was freed just now (delayed_free.h), then the ledger's word, in
 * a window met lately. free:   take the ledger's word, refund, then the next free, two calls
 * delayed (delayed_free.h). Each step that cannot be done so does nothing, and its slow path, out
 * of line, does it all. It is exact: the charge comes before the block and the refund after its
 * record, so the records never hold more than is charged; a stock is drawn from the budget before
 * it is spent; only the free is delayed, of blocks that are no longer counted. Such a block has no
 * word, so it is known to be freed until it is charged and given out again.
 *
 * Elsewhere the guard is held around the real call, so that what the next allocator maps for a
 * block is not counted beside the block.
 */
#include "edges/block.h"
#include "edges/delayed_free.h"
#include "edges/early.h"
#include "edges/exports.h"
#include "edges/front.h"
#include "decide/gate.h"
#include "decide/gate_scopes.h"
#include "edges/lifecycle.h"
#include "edges/next_heap.h"
#include "ground/pages.h"
#include "ground/pause.h"
#include "ground/real.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Declared here and not through <malloc.h>: names and attributes differ between C libraries. */
void *reallocarray(void *block, size_t count, size_t size);
void *memalign(size_t alignment, size_t size);
void *valloc(size_t size);
void *pvalloc(size_t size);
void cfree(void *block);
void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);
size_t malloc_usable_size(void *block);

static void start_if_cold(void)
{
    if (UNLIKELY(life() == LIFE_COLD))
        lifecycle_start();
}

static void *by_calloc(size_t alignment, size_t size)
{
    (void)alignment;
    return real.calloc(1, size);
}

static OUT_OF_LINE void *malloc_whole_way(size_t size)
{
    if (UNLIKELY(front_awaits_heap()) && life_counts_heap())
        front_passed_heap();
    return block_new(CALL_malloc, block_by_malloc, 0, size);
}

static void *malloc_in_scope_alone(size_t size, uint64_t note);
static void *malloc_in_scope(size_t size, uint64_t note);

static FLATTEN OUT_OF_LINE void *malloc_slow(size_t size)
{
    if (UNLIKELY(guard.level != GUARD_SCOPED) || UNLIKELY(size - 1 >= GATE_FAST_LARGEST))
        return malloc_whole_way(size);
    uint64_t note = gate_scopes_note(__builtin_return_address(0));
    return *scopes_alone ? malloc_in_scope_alone(size, note) : malloc_in_scope(size, note);
}

static OUT_OF_LINE void *malloc_end(void *block, size_t size, int saved)
{
    block = block_end(CALL_malloc, block, size, NULL);
    if (block != NULL)
        errno = saved;
    return block;
}

/* The fast path of a thread in a scope: the size is not 0. */
static FLATTEN OUT_OF_LINE void *malloc_in_scope(size_t size, uint64_t note)
{
    int *error = guard.error, saved = *error;
    if (UNLIKELY(!gate_scopes_admit_fast(size)) && UNLIKELY(!gate_scopes_admit(CALL_malloc, size)))
        return NULL;
    void *block = next_heap.malloc(size);
    if (UNLIKELY(block == NULL) || UNLIKELY(!gate_scopes_commit_fast(block, size, note)))
        return malloc_end(block, size, saved);
    *error = saved;
    return block;
}

/* The same of the only thread. */
static FLATTEN OUT_OF_LINE void *malloc_in_scope_alone(size_t size, uint64_t note)
{
    int *error = guard.error, saved = *error;
    if (UNLIKELY(!gate_scopes_admit_alone(size)))
        return malloc_in_scope(size, note);
    void *block = next_heap.malloc(size);
    if (UNLIKELY(block == NULL) || UNLIKELY(!gate_scopes_commit_fast(block, size, note)))
        return malloc_end(block, size, saved);
    *error = saved;
    return block;
}

EXPORT FLATTEN void *malloc(size_t size)
{
    if (UNLIKELY(guard.level != GUARD_PLAIN) || UNLIKELY(size > GATE_FAST_LARGEST))
        return malloc_slow(size);
    int saved = *guard.error; /* its address is not kept over the calls: a register less */
    if (UNLIKELY(!gate_admit_fast(CALL_malloc, size)))
        return NULL;
    void *block = UNLIKELY(delayed_free_fits(size)) ? delayed_free_reuse(size) : NULL;
    if (LIKELY(block == NULL))
        block = next_heap.malloc(size);
    if (UNLIKELY(block == NULL) || UNLIKELY(!gate_commit_fast(block, size)))
        return malloc_end(block, size, saved);
    *guard.error = saved;
    return block;
}

EXPORT void *calloc(size_t count, size_t size)
{
    size_t product;
    if (UNLIKELY(__builtin_mul_overflow(count, size, &product)))
        product = SIZE_MAX;
    return block_new(CALL_calloc, by_calloc, 0, product);
}

EXPORT int posix_memalign(void **result, size_t alignment, size_t size)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment % sizeof(void *) != 0)
        return EINVAL;
    int *at = guard_errno(), saved = *at;
    void *block = block_new(CALL_posix_memalign, block_by_posix_memalign, alignment, size);
    if (block != NULL) {
        *result = block;
        return 0;
    }
    int error = *at;
    if (error != ENOMEM) /* as glibc's and others do, who set errno to ENOMEM alone */
        *at = saved;
    return error;
}

/* No address is a multiple of more than half of all: the next allocator says so, whatever the size.
 */
static inline size_t if_aligned(size_t alignment, size_t size)
{
    return LIKELY(alignment <= SIZE_MAX / 2 + 1) ? size : 0;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return block_new(CALL_aligned_alloc, block_by_aligned_alloc, alignment,
                     if_aligned(alignment, size));
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    return block_new(CALL_memalign, block_by_memalign, alignment, if_aligned(alignment, size));
}

/* Where somebody before us has the heap: see real_owner. */
static bool owner_aligns(void)
{
    return real_owner.memalign != NULL || real_owner.posix_memalign != NULL;
}

static COLD void *owner_align(size_t alignment, size_t size)
{
    void *block = NULL;
    if (real_owner.memalign != NULL)
        return real_owner.memalign(alignment, size);
    int error = real_owner.posix_memalign(&block, alignment, size);
    if (error != 0)
        errno = error;
    return error == 0 ? block : NULL;
}

/* Not the next allocator's own: it may have memalign but not these, and then they would be
 * another's. */
EXPORT void *valloc(size_t size)
{
    start_if_cold();
    if (UNLIKELY(owner_aligns()))
        return owner_align(pages_size(), size);
    return block_new(CALL_valloc, block_by_memalign, pages_size(), size);
}

/* Where the heap is not counted, nobody has refused a size that cannot be rounded. */
static void *by_whole_pages(size_t alignment, size_t size)
{
    size_t whole = size == 0 ? alignment : pages_round(size);
    return block_by_memalign(alignment, whole != 0 ? whole : size);
}

EXPORT void *pvalloc(size_t size)
{
    size_t whole = size == 0 ? pages_size() : pages_round(size);
    start_if_cold();
    if (UNLIKELY(owner_aligns()))
        return owner_align(pages_size(), whole != 0 ? whole : size);
    return block_new(CALL_pvalloc, by_whole_pages, pages_size(), size);
}

static COLD void pass_free(void *block)
{
    if (early_owns(block) || real.free == NULL)
        return;
    guard_enter();
    real.free(block);
    guard_leave();
}

static COLD void *pass_realloc(void *block, size_t size)
{
    if (real.realloc == NULL) { /* nobody's block that we know of, before the start */
        errno = ENOMEM;
        return NULL;
    }
    guard_enter();
    void *moved = real.realloc(block, size);
    guard_leave();
    return moved;
}

/* An address in no record: from before the start (true: nothing to give back), or not ours at all.
 */
static COLD bool unknown(const void *block)
{
    bool early = early_owns(block);
    if (!early) {
        gate_count_unknown();
        next_heap_release_delayed();
    }
    return early;
}

static OUT_OF_LINE void free_whole_way(void *block)
{
    if (block == NULL)
        return;
    if (UNLIKELY(!life_counts_heap())) {
        pass_free(block);
        return;
    }
    int *error = guard.error, saved = *error;
    if (UNLIKELY(!gate_release(block)) && unknown(block))
        return;
    guard_enter();
    real.free(block);
    guard_leave();
    *error = saved;
}

static OUT_OF_LINE void free_in_scope(void *block, size_t size, uint64_t note)
{
    gate_scopes_cancel_noted(size, note);
    next_heap.free(block);
}

/* The fast path of a thread in a scope: it calls nothing. */
static FLATTEN OUT_OF_LINE void free_slow(void *block)
{
    uint64_t note;
    int64_t size = LIKELY(guard.level == GUARD_SCOPED) ? gate_scopes_take_fast(block, &note) : -1;
    if (UNLIKELY(size < 0))
        free_whole_way(block);
    else if (LIKELY(gate_scopes_refund_alone((size_t)size, note)))
        next_heap.free(block);
    else
        free_in_scope(block, (size_t)size, note);
}

static OUT_OF_LINE void free_taken(void *block, size_t size)
{
    gate_cancel(size); /* in a copy of the process that is new to us, this may change the path */
    if (LIKELY(guard.level == GUARD_PLAIN))
        block = delayed_free_swap(block, (int64_t)size);
    next_heap.free(block);
}

EXPORT FLATTEN void free(void *block)
{
    /* glibc's header of the block, while we look for our record. */
    __builtin_prefetch((void *)((uintptr_t)block - 16));
    if (UNLIKELY(guard.level != GUARD_PLAIN)) {
        free_slow(block);
        return;
    }
    int64_t size = gate_take_fast(block); /* of NULL there is none */
    if (UNLIKELY(size < 0))
        free_slow(block);
    else if (LIKELY(gate_refund_fast((size_t)size)))
        next_heap.free(delayed_free_swap(block, size));
    else
        free_taken(block, (size_t)size);
}

static void free_by_owner(void *block)
{
    start_if_cold();
    (UNLIKELY(real_owner.free != NULL) ? real_owner.free : free)(block);
}

EXPORT void cfree(void *block) { free_by_owner(block); }

EXPORT void free_sized(void *block, size_t size)
{
    (void)size;
    free_by_owner(block);
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    free_by_owner(block);
}

/* A block from before the start moves to the next allocator, when it is known. */
static COLD void *leave_early(void *block, size_t size)
{
    size_t old_size = early_size(block);
    void *moved = malloc(size);
    if (moved != NULL)
        memcpy(moved, block, old_size < size ? old_size : size);
    return moved;
}

static void moved_block(void)
{
    guard.moving--;
    if (UNLIKELY(guard.pause_wanted) && guard.moving == 0)
        pause_here();
}

static inline __attribute__((always_inline)) void *resize_block(enum call call, void *block,
                                                                size_t size)
{
    if (block == NULL)
        return block_new(call, block_by_malloc, 0, size);
    if (UNLIKELY(early_owns(block)))
        return leave_early(block, size);
    if (UNLIKELY(!life_counts_heap()))
        return pass_realloc(block, size);
    int *error = guard_errno(), saved = *error;
    struct gate_resize resize;
    guard.moving++;
    if (UNLIKELY(!gate_resize_begin(&resize, call, block, size))) {
        moved_block();
        return NULL;
    }
    resize.caller = (uintptr_t)__builtin_return_address(0);
    if (UNLIKELY(!resize.known) && !resize.inherited)
        next_heap_release_delayed();
    guard_enter();
    void *moved = real.realloc(block, size);
    guard_leave();
    gate_resize_end(&resize, moved);
    moved_block();
    if (moved != NULL)
        *error = saved;
    return moved;
}

static OUT_OF_LINE void *realloc_slow(void *block, size_t size)
{
    return resize_block(CALL_realloc, block, size);
}

/* The slow end of realloc: it failed, or the moved block cannot be entered fast. */
static OUT_OF_LINE void *realloc_end(void *block, void *moved, size_t old_size, size_t size)
{
    struct gate_resize resize = {.call = CALL_realloc,
                                 .block = block,
                                 .old_size = old_size,
                                 .new_size = size,
                                 .known = true};
    gate_resize_end(&resize, moved);
    return moved;
}

EXPORT FLATTEN void *realloc(void *block, size_t size)
{
    if (UNLIKELY(guard.level != GUARD_PLAIN) || UNLIKELY(size - 1 >= GATE_FAST_LARGEST))
        return realloc_slow(block, size);
    int64_t taken = gate_take_fast(block);
    size_t old_size = (size_t)taken;
    if (UNLIKELY(taken < 0) ||
        (size > old_size && UNLIKELY(!gate_grow_fast(block, old_size, size))))
        return realloc_slow(block, size);
    int *error = guard.error, saved = *error;
    void *moved = next_heap.realloc(block, size);
    if (UNLIKELY(moved == NULL))
        return realloc_end(block, NULL, old_size, size);
    if (UNLIKELY(!gate_commit_fast(moved, size)))
        realloc_end(block, moved, old_size, size);
    else if (size < old_size && UNLIKELY(!gate_refund_fast(old_size - size)))
        gate_cancel(old_size - size);
    *error = saved;
    return moved;
}

EXPORT void *reallocarray(void *block, size_t count, size_t size)
{
    size_t product;
    if (UNLIKELY(__builtin_mul_overflow(count, size, &product)))
        product = SIZE_MAX;
    start_if_cold();
    if (UNLIKELY(real_owner.realloc != NULL))
        return real_owner.realloc(block, product);
    return resize_block(CALL_reallocarray, block, product);
}

EXPORT size_t malloc_usable_size(void *block)
{
    if (block == NULL) {
        front_note_call();
        return 0;
    }
    if (UNLIKELY(early_owns(block)))
        return early_size(block);
    start_if_cold();
    return real.malloc_usable_size != NULL ? real.malloc_usable_size(block) : 0;
}

/* By an address that is certain to be ours, whoever else has the name. */
extern __typeof__(malloc_usable_size) usable_size_here
    __attribute__((alias("malloc_usable_size"), visibility("hidden")));

size_t front_call_heap(void)
{
    size_t (*volatile call)(void *) = usable_size_here;
    return call(NULL);
}
