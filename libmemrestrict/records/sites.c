/* SPDX-License-Identifier: MIT */
#include "records/sites_inside.h"

#include "ground/counter.h"
#include "ground/guard.h"
#include "common/kernel.h"
#include "records/site_name.h"

#include <stdatomic.h>
#include <string.h>

enum {
    PEAK_STEP = 128 /* a peak is copied when it is higher than the last by this part */
};

static inline void count(_Atomic uint64_t *at, uint64_t bytes, bool alone)
{
    if (alone)
        counter_subtract(at, -bytes, true);
    else
        atomic_fetch_add_explicit(at, bytes, memory_order_relaxed);
}

static inline void add(struct sites_area *area, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = &area->sites[number];
    count(&site->live_bytes, size, alone);
    count(&site->live_blocks, 1, alone);
    count(&site->total_bytes, size, alone);
    count(&site->total_blocks, 1, alone);
    count(&area->held, size, alone);
}

static inline void subtract(struct sites_area *area, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = &area->sites[number];
    count(&site->live_bytes, -size, alone);
    count(&site->live_blocks, -UINT64_C(1), alone);
    count(&area->held, -size, alone);
}

uint16_t sites_gain(uint64_t size, const struct stack_at *from)
{
    struct sites_area *area = sites_here_area();
    uint32_t number = SITE_OTHER;
    if (LIKELY(area != NULL)) {
        number = sites_number(area, from);
        add(area, number, size);
    }
    return (uint16_t)number;
}

void sites_lose(uint16_t number, uint64_t size)
{
    struct sites_area *area = sites_here_area();
    if (LIKELY(area != NULL))
        subtract(area, number, size);
}

void sites_forget(uint16_t number, uint64_t size)
{
    struct sites_area *area = sites_here_area();
    if (area == NULL)
        return;
    subtract(area, number, size);
    add(area, SITE_EARLIER, size);
}

uint16_t sites_find(const struct stack_at *from)
{
    struct sites_area *area = sites_here_area();
    return area != NULL ? (uint16_t)sites_number(area, from) : 0;
}

uint64_t sites_name(uint16_t number)
{
    struct sites_area *area = sites_here_area();
    return area != NULL && number >= SITE_FIRST ? area->sites[number].name : 0;
}

static uint64_t mix_frame(uint64_t hash, const struct sites_area *area, uint64_t frame)
{
    uint64_t build = 0, module = frame >> SITES_OFFSET_BITS;
    if (module > 0)
        memcpy(&build, area->modules[module - 1].build_id, sizeof build);
    return site_name_mix(site_name_mix(hash, build), module > 0 ? frame & SITES_OFFSET_MASK : 0);
}

uint64_t sites_inner_name(uint16_t number, unsigned frames)
{
    struct sites_area *area = sites_here_area();
    uint64_t name = frames;
    if (area == NULL || number < SITE_FIRST)
        return 0;
    const struct site *site = &area->sites[number];
    for (unsigned i = 0; i < frames && i < site->frame_count; i++)
        name = mix_frame(name, area, atomic_load(&area->frames[site->frames + i]));
    return name | 1;
}

bool sites_is_unseen(uint16_t number)
{
    struct sites_area *area = sites_here_area();
    return area != NULL && !atomic_load_explicit(&area->sites[number].seen, memory_order_relaxed);
}

void sites_see(uint16_t number)
{
    struct sites_area *area = sites_here_area();
    if (area != NULL)
        atomic_store_explicit(&area->sites[number].seen, 1, memory_order_relaxed);
}

void sites_region_changed(uint16_t number, int64_t bytes)
{
    struct sites_area *area = sites_here_area();
    if (area == NULL)
        return;
    if (bytes < 0)
        sites_before_fall();
    else
        count(&area->sites[number].total_bytes, (uint64_t)bytes, false);
    count(&area->sites[number].live_bytes, (uint64_t)bytes, false);
    count(&area->held, (uint64_t)bytes, false);
}

static void copy_all(struct sites_area *area, struct sites_copy *copy)
{
    uint32_t sites = atomic_load(&area->site_count);
    copy->count = sites < SITES_MOST ? sites : SITES_MOST;
    copy->held = counter_get(&area->held);
    copy->others = counter_get(&area->others);
    copy->when = kernel_clock();
    for (uint32_t i = 0; i < copy->count; i++)
        copy->amounts[i] = (struct site_amount){counter_get(&area->sites[i].live_bytes),
                                                counter_get(&area->sites[i].live_blocks)};
}

/* One thread at a time makes copies; who comes second goes on without. */
static bool copy_begins(struct sites_area *area)
{
    return atomic_exchange_explicit(&area->copying, 1, memory_order_acquire) == 0;
}

static void copy_ends(struct sites_area *area)
{
    atomic_store_explicit(&area->copying, 0, memory_order_release);
}

static COLD void copy_peak(struct sites_area *area)
{
    if (!copy_begins(area))
        return;
    uint32_t whole = atomic_load(&area->peak_copy), next = whole == 1 ? 2 : 1;
    struct sites_copy *copy = &area->peaks[next - 1];
    copy_all(area, copy);
    uint64_t held = copy->held + copy->others;
    atomic_store_explicit(&area->peak_copy, next, memory_order_release);
    atomic_store_explicit(&area->peak_next, held + held / PEAK_STEP, memory_order_relaxed);
    copy_ends(area);
}

void sites_before_fall(void)
{
    struct sites_area *area = sites_here_area();
    if (area != NULL && UNLIKELY(counter_get(&area->held) + counter_get(&area->others) >
                                 counter_get(&area->peak_next)))
        copy_peak(area);
}

void sites_use_changed(uint64_t used)
{
    struct sites_area *area = sites_here_area();
    uint64_t heap = area != NULL ? counter_get(&area->held) : 0;
    if (area != NULL)
        atomic_store_explicit(&area->others, used > heap ? used - heap : 0, memory_order_relaxed);
}

void sites_refused(uint64_t size, bool first)
{
    struct sites_area *area = sites_here_area();
    if (area == NULL)
        return;
    struct stack_at from = stack_here();
    uint32_t number = sites_number(area, &from);
    count(&area->sites[number].refusals, 1, false);
    if (!first)
        return;
    copy_all(area, &area->refusal);
    area->refused_size = size;
    atomic_store(&area->refused_site, number);
    atomic_store_explicit(&area->refusal_copy, 1, memory_order_release);
}
