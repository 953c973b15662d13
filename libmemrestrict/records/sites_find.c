/* SPDX-License-Identifier: MIT */
#include "records/sites_inside.h"

#include "ground/guard.h"
#include "records/modules.h"
#include "records/stack_cache.h"
#include "records/site_name.h"

#include <stdatomic.h>

static uint64_t hash_of(const uintptr_t *addresses, unsigned length)
{
    uint64_t hash = length;
    for (unsigned i = 0; i < length; i++)
        hash = site_name_mix(hash, addresses[i]);
    return hash | 1;
}

static bool has_room(struct sites_map *map, uint32_t number, uint32_t first, unsigned length)
{
    return number < SITES_MOST && first <= SITES_FRAMES - length &&
           sites_map_has_site(map, number) && sites_map_has_frame(map, first) &&
           sites_map_has_frame(map, first + length - 1);
}

/* A site of its own for the stack, in no table yet. 0: there is no room. */
static COLD uint32_t make_site(struct sites_map *map, uint64_t hash, const uintptr_t *addresses,
                               unsigned length)
{
    struct sites_area *area = map->area;
    if (!has_room(map, atomic_load(&area->site_count), atomic_load(&area->frame_count), length))
        return 0;
    uint32_t number = atomic_fetch_add(&area->site_count, 1);
    uint32_t first = atomic_fetch_add(&area->frame_count, length);
    if (!has_room(map, number, first, length))
        return 0;
    struct site *site = sites_map_site(map, number);
    for (unsigned i = 0; i < length; i++)
        atomic_store_explicit(sites_map_frame(map, first + i), modules_frame(map, addresses[i]),
                              memory_order_relaxed);
    site->frames = first;
    site->frame_count = (uint16_t)length;
    site->name = site_name(addresses, length);
    atomic_store_explicit(&site->hash, hash, memory_order_release);
    return number;
}

static COLD uint32_t lost(struct sites_map *map)
{
    atomic_fetch_add_explicit(&map->area->lost, 1, memory_order_relaxed);
    return SITE_OTHER;
}

static inline uint32_t find_site(struct sites_map *map, const uintptr_t *addresses, unsigned length)
{
    uint64_t hash = hash_of(addresses, length);
    uint32_t made = 0;
    for (unsigned probe = 0; probe < SITES_PROBES; probe++) {
        _Atomic uint32_t *slot = &map->area->table[((hash >> 40) + probe) % SITES_TABLE];
        uint32_t number = atomic_load_explicit(slot, memory_order_acquire);
        if (number == 0) {
            if (made == 0 && (made = make_site(map, hash, addresses, length)) == 0)
                return lost(map);
            if (atomic_compare_exchange_strong(slot, &number, made))
                return made;
        }
        if (atomic_load_explicit(&sites_map_site(map, number)->hash, memory_order_relaxed) == hash)
            return number;
    }
    return lost(map);
}

static OUT_OF_LINE uint32_t site_by_walk(struct sites_map *map, const struct stack_at *at)
{
    uintptr_t addresses[SITES_DEEPEST];
    unsigned length = stack_walk(at, addresses, sites_depth, NULL);
    return length == 0 ? SITE_OTHER : find_site(map, addresses, length);
}

static OUT_OF_LINE uint32_t site_by_walk_to_keep(struct sites_map *map, const struct stack_at *at)
{
    uintptr_t addresses[SITES_DEEPEST];
    struct stack_reads reads;
    unsigned length = stack_walk(at, addresses, sites_depth, &reads);
    uint32_t number = length == 0 ? SITE_OTHER : find_site(map, addresses, length);
    if (number >= SITE_FIRST)
        stack_cache_keep(at, &reads, number);
    return number;
}

uint32_t sites_number(struct sites_map *map, const struct stack_at *from)
{
    struct stack_at at;
    if (!stack_leave_library(from, &at))
        return SITE_OTHER;
    uint32_t number = stack_cache_find(&at);
    if (LIKELY(number != 0))
        return number;
    return stack_cache_wants(&at) ? site_by_walk_to_keep(map, &at) : site_by_walk(map, &at);
}
