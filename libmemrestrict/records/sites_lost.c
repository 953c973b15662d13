/* SPDX-License-Identifier: MIT */
#include "records/sites_lost.h"

#include "records/sites_inside.h"

#include <stdatomic.h>

void sites_lost_ask(void)
{
    struct sites_map *map = sites_here_map();
    if (map != NULL)
        atomic_store(&map->area->leaks.state, SITES_LEAKS_ASKED);
}

bool sites_lost_begin(void)
{
    unsigned frames;
    uint32_t asked = SITES_LEAKS_ASKED;
    struct sites_map *map = sites_own(&frames);
    return map != NULL &&
           atomic_compare_exchange_strong(&map->area->leaks.state, &asked, SITES_LEAKS_BEGUN);
}

void sites_lost_cannot(enum sites_leaks_reason reason)
{
    struct site_losses *leaks = &sites_here_map()->area->leaks;
    leaks->reason = reason;
    atomic_store_explicit(&leaks->state, SITES_LEAKS_CANNOT, memory_order_release);
}

void sites_lost_end(uint32_t threads, uint32_t deaf, uint64_t nanoseconds)
{
    struct site_losses *leaks = &sites_here_map()->area->leaks;
    leaks->threads = threads;
    leaks->deaf = deaf;
    leaks->nanoseconds = nanoseconds;
    atomic_store_explicit(&leaks->state, SITES_LEAKS_KNOWN, memory_order_release);
}

static void add(struct site_amount *amount, uint64_t bytes)
{
    amount->bytes += bytes;
    amount->blocks++;
}

/* NULL: there is no room. */
static struct site_lost *row_of(struct sites_map *map, uint16_t site)
{
    uint64_t offset =
        offsetof(struct sites_area, lost_at_end) + (uint64_t)site * sizeof(struct site_lost);
    return sites_map_has(map, offset) ? sites_map_at(map, offset) : NULL;
}

static void enter_lost(struct site_lost *row, uint64_t size)
{
    row->lost += size;
    row->lost_blocks++;
}

static void enter_within(struct site_lost *row, struct site_lost *leaders, uint64_t size,
                         uint16_t by)
{
    row->within += size;
    row->within_blocks++;
    row->by = by;
    leaders->led += size;
    leaders->led_blocks++;
}

/* What a forked child's parent had is the parent's to lose. */
static bool is_parents(const struct sites_map *map, const struct reach_block *block)
{
    return map->area->forked && (block->inherited || block->site == SITE_EARLIER);
}

static void enter_block(struct sites_map *map, const struct reach *reach,
                        const struct reach_block *block)
{
    struct site_losses *leaks = &map->area->leaks;
    if (block->state == REACH_SURE) {
        add(&leaks->reached, block->size);
        return;
    }
    if (is_parents(map, block)) {
        add(&leaks->inherited, block->size);
        return;
    }
    const struct reach_block *leader = reach_leader(reach, block);
    struct site_lost *row = row_of(map, block->site), *leaders = row_of(map, leader->site);
    add(block->state == REACH_LOST     ? &leaks->lost
        : block->state == REACH_WITHIN ? &leaks->within
                                       : &leaks->possible,
        block->size);
    if (row == NULL || leaders == NULL)
        return;
    if (block->state == REACH_LOST) {
        enter_lost(row, block->size);
    } else if (block->state == REACH_WITHIN) {
        enter_within(row, leaders, block->size, leader->site);
    } else {
        row->possible += block->size;
        row->possible_blocks++;
    }
}

void sites_lost_enter(const struct reach *reach)
{
    struct sites_map *map = sites_here_map();
    for (size_t i = 0; i < reach->count; i++)
        enter_block(map, reach, &reach->blocks[i]);
}

bool sites_lost_is_of(uint16_t number, uintptr_t object_start)
{
    struct sites_map *map = sites_here_map();
    if (map == NULL || number < SITE_FIRST)
        return false;
    const struct site *site = sites_map_site(map, number);
    uint64_t frame = site->frame_count > 0 ? atomic_load(sites_map_frame(map, site->frames)) : 0;
    uint64_t module = frame >> SITES_OFFSET_BITS;
    return module > 0 && sites_map_module(map, (uint32_t)module - 1)->start == object_start;
}
