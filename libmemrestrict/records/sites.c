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

static inline void add(struct sites_map *map, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = sites_map_site(map, number);
    count(&site->live_bytes, size, alone);
    count(&site->live_blocks, 1, alone);
    count(&site->total_bytes, size, alone);
    count(&site->total_blocks, 1, alone);
    count(&map->area->held, size, alone);
}

static inline void subtract(struct sites_map *map, uint32_t number, uint64_t size)
{
    bool alone = counter_alone();
    struct site *site = sites_map_site(map, number);
    count(&site->live_bytes, -size, alone);
    count(&site->live_blocks, -UINT64_C(1), alone);
    count(&map->area->held, -size, alone);
}

uint16_t sites_gain(uint64_t size, const struct stack_at *from)
{
    struct sites_map *map = sites_here_map();
    uint32_t number = SITE_OTHER;
    if (LIKELY(map != NULL)) {
        number = sites_number(map, from);
        add(map, number, size);
    }
    return (uint16_t)number;
}

void sites_lose(uint16_t number, uint64_t size)
{
    struct sites_map *map = sites_here_map();
    if (LIKELY(map != NULL))
        subtract(map, number, size);
}

void sites_forget(uint16_t number, uint64_t size)
{
    struct sites_map *map = sites_here_map();
    if (map == NULL)
        return;
    subtract(map, number, size);
    add(map, SITE_EARLIER, size);
}

uint16_t sites_find(const struct stack_at *from)
{
    struct sites_map *map = sites_here_map();
    return map != NULL ? (uint16_t)sites_number(map, from) : 0;
}

uint64_t sites_name(uint16_t number)
{
    struct sites_map *map = sites_here_map();
    return map != NULL && number >= SITE_FIRST ? sites_map_site(map, number)->name : 0;
}

static uint64_t mix_frame(uint64_t hash, const struct sites_map *map, uint64_t frame)
{
    uint64_t build = 0, module = frame >> SITES_OFFSET_BITS;
    if (module > 0)
        memcpy(&build, sites_map_module(map, (uint32_t)module - 1)->build_id, sizeof build);
    return site_name_mix(site_name_mix(hash, build), module > 0 ? frame & SITES_OFFSET_MASK : 0);
}

uint64_t sites_inner_name(uint16_t number, unsigned frames)
{
    struct sites_map *map = sites_here_map();
    uint64_t name = frames;
    if (map == NULL || number < SITE_FIRST)
        return 0;
    const struct site *site = sites_map_site(map, number);
    for (unsigned i = 0; i < frames && i < site->frame_count; i++)
        name = mix_frame(name, map, atomic_load(sites_map_frame(map, site->frames + i)));
    return name | 1;
}

bool sites_is_unseen(uint16_t number)
{
    struct sites_map *map = sites_here_map();
    return map != NULL &&
           !atomic_load_explicit(&sites_map_site(map, number)->seen, memory_order_relaxed);
}

void sites_see(uint16_t number)
{
    struct sites_map *map = sites_here_map();
    if (map != NULL)
        atomic_store_explicit(&sites_map_site(map, number)->seen, 1, memory_order_relaxed);
}

void sites_region_changed(uint16_t number, int64_t bytes)
{
    struct sites_map *map = sites_here_map();
    if (map == NULL)
        return;
    if (bytes < 0)
        sites_before_fall();
    else
        count(&sites_map_site(map, number)->total_bytes, (uint64_t)bytes, false);
    count(&sites_map_site(map, number)->live_bytes, (uint64_t)bytes, false);
    count(&map->area->held, (uint64_t)bytes, false);
}

static struct site_amount amount_of(struct sites_map *map, uint32_t number)
{
    struct site *site = sites_map_site(map, number);
    return (struct site_amount){counter_get(&site->live_bytes), counter_get(&site->live_blocks)};
}

/* The amounts are at an offset of the area. A number may be given out, and not have its room yet.
 */
static void copy_all(struct sites_map *map, struct sites_copy *copy, uint64_t amounts)
{
    uint32_t sites = atomic_load(&map->area->site_count);
    copy->count = sites < SITES_MOST ? sites : SITES_MOST;
    copy->held = counter_get(&map->area->held);
    copy->others = counter_get(&map->area->others);
    copy->when = kernel_clock();
    for (uint32_t i = 0; i < copy->count; i++)
        if (sites_map_has_site(map, i)) {
            struct site_amount *to = sites_map_at(map, amounts + i * sizeof *to);
            *to = amount_of(map, i);
        }
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

static COLD void copy_peak(struct sites_map *map)
{
    struct sites_area *area = map->area;
    if (!copy_begins(area))
        return;
    uint32_t whole = atomic_load(&area->peak_copy), next = whole == 1 ? 2 : 1;
    struct sites_copy *copy = &area->peaks[next - 1];
    copy_all(map, copy,
             next == 1 ? offsetof(struct sites_area, at_peak[0])
                       : offsetof(struct sites_area, at_peak[1]));
    uint64_t held = copy->held + copy->others;
    atomic_store_explicit(&area->peak_copy, next, memory_order_release);
    atomic_store_explicit(&area->peak_next, held + held / PEAK_STEP, memory_order_relaxed);
    copy_ends(area);
}

void sites_before_fall(void)
{
    struct sites_map *map = sites_here_map();
    if (map != NULL && UNLIKELY(counter_get(&map->area->held) + counter_get(&map->area->others) >
                                counter_get(&map->area->peak_next)))
        copy_peak(map);
}

void sites_use_changed(uint64_t used)
{
    struct sites_map *map = sites_here_map();
    uint64_t heap = map != NULL ? counter_get(&map->area->held) : 0;
    if (map != NULL)
        atomic_store_explicit(&map->area->others, used > heap ? used - heap : 0,
                              memory_order_relaxed);
}

void sites_refused(uint64_t size, bool first)
{
    struct sites_map *map = sites_here_map();
    if (map == NULL)
        return;
    struct stack_at from = stack_here();
    uint32_t number = sites_number(map, &from);
    count(&sites_map_site(map, number)->refusals, 1, false);
    if (!first)
        return;
    struct sites_area *area = map->area;
    copy_all(map, &area->refusal, offsetof(struct sites_area, at_refusal));
    area->refused_size = size;
    atomic_store(&area->refused_site, number);
    atomic_store_explicit(&area->refusal_copy, 1, memory_order_release);
}
