/* SPDX-License-Identifier: MIT */
#include "records/stack_cache.h"

#include "ground/guard.h"
#include "common/kernel.h"
#include "ground/pages.h"

#include <stdatomic.h>

enum {
    KEPT = 256, /* a power of two */
    EVERY = 4   /* of so many that were not found one is kept: two that meet here must not fight */
};

struct kept {
    _Atomic uint32_t sequence; /* odd: being changed */
    _Atomic uint32_t misses;
    uint32_t site; /* 0: nothing is kept */
    struct stack_at at;
    struct stack_reads reads;
};

static struct kept *kept;

bool stack_cache_start(void)
{
    if (kept == NULL && (kept = kernel_pages(KEPT * sizeof *kept)) != NULL)
        pages_note(KEPT * sizeof *kept);
    return kept != NULL;
}

static inline struct kept *place_of(const struct stack_at *at)
{
    uint64_t mixed = (at->pc + at->sp * 3) * UINT64_C(0x9e3779b97f4a7c15);
    return &kept[mixed >> 40 & (KEPT - 1)];
}

static inline bool is_as_it_was(const struct kept *one, const struct stack_at *at)
{
    struct stack_window window;
    stack_window_open(&window, at->sp);
    for (uint32_t i = 0; i < one->reads.count && i < STACK_READS; i++) {
        uintptr_t address = at->sp + one->reads.offset[i];
        if (UNLIKELY(!stack_window_has(&window, address)) ||
            *(const uintptr_t *)address != one->reads.value[i])
            return false;
    }
    return true;
}

uint32_t stack_cache_find(const struct stack_at *at)
{
    struct kept *one = place_of(at);
    uint32_t sequence = atomic_load_explicit(&one->sequence, memory_order_acquire);
    if (one->at.pc != at->pc || one->at.sp != at->sp || (sequence & 1) ||
        (one->reads.by_fp && one->at.fp != at->fp) || !is_as_it_was(one, at))
        return 0;
    uint32_t site = one->site;
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&one->sequence, memory_order_relaxed) == sequence ? site : 0;
}

bool stack_cache_wants(const struct stack_at *at)
{
    return atomic_fetch_add_explicit(&place_of(at)->misses, 1, memory_order_relaxed) % EVERY == 0;
}

/* False: another thread, or what a signal interrupted, changes it. */
static bool map_barrier_begin(struct kept *one, uint32_t *sequence)
{
    *sequence = atomic_load_explicit(&one->sequence, memory_order_relaxed);
    bool mine =
        !(*sequence & 1) && atomic_compare_exchange_strong(&one->sequence, sequence, *sequence + 1);
    atomic_thread_fence(memory_order_seq_cst);
    return mine;
}

static void map_barrier_end(struct kept *one, uint32_t sequence)
{
    atomic_store_explicit(&one->sequence, sequence + 2, memory_order_release);
}

void stack_cache_keep(const struct stack_at *at, const struct stack_reads *reads, uint32_t site)
{
    struct kept *one = place_of(at);
    uint32_t sequence;
    if (!reads->whole || !map_barrier_begin(one, &sequence))
        return;
    one->site = site;
    one->at = *at;
    one->reads.by_fp = reads->by_fp;
    one->reads.count = reads->count;
    for (uint32_t i = 0; i < reads->count; i++) {
        one->reads.offset[i] = reads->offset[i];
        one->reads.value[i] = reads->value[i];
    }
    map_barrier_end(one, sequence);
}

void stack_cache_forget(void)
{
    for (unsigned i = 0; i < KEPT; i++) {
        uint32_t sequence;
        if (!map_barrier_begin(&kept[i], &sequence))
            continue;
        kept[i].site = 0;
        map_barrier_end(&kept[i], sequence);
    }
}
