/* SPDX-License-Identifier: MIT */
#include "decide/leaks_roots.h"

#include "ground/object.h"
#include "ground/pages.h"
#include "records/regions.h"
#include "records/sites_lost.h"

enum { THREAD_RECORD = 4096 }; /* bytes: from the thread's pointer to its end, at the most */

static struct {
    struct leaks_maps at_start;
    uintptr_t glibc_malloc;
    bool regions;
} roots;

void leaks_roots_start(uintptr_t glibc_malloc, bool regions)
{
    roots.glibc_malloc = glibc_malloc;
    roots.regions = regions;
    leaks_maps_read(&roots.at_start);
}

/* The loader frees none of what it has for threads and libraries, and has addresses in its midst:
 * threads that have ended leave theirs in its keeping. */
static void keep_loaders(struct reach *reach)
{
    struct object loader;
    if (!object_of_loader(&loader))
        return;
    for (size_t i = 0; i < reach->count; i++)
        if (sites_lost_is_of(reach->blocks[i].site, loader.start))
            reach_keep(reach, &reach->blocks[i]);
}

static uintptr_t larger(uintptr_t a, uintptr_t b) { return a > b ? a : b; }
static uintptr_t smaller(uintptr_t a, uintptr_t b) { return a < b ? a : b; }

static void scan_common(struct reach *reach, uintptr_t low, uintptr_t high, uintptr_t part_low,
                        uintptr_t part_high)
{
    low = larger(low, part_low);
    high = smaller(high, part_high);
    if (low < high)
        reach_scan(reach, low, high, REACH_PLAIN);
}

/* What the program mapped itself, or may still read of it. */
static void scan_regions(struct reach *reach, uintptr_t low, uintptr_t high)
{
    struct regions_span span;
    for (uintptr_t at = low; at < high && regions_next(&regions_own, at, &span); at = span.high)
        scan_common(reach, low, high, span.low, span.high);
}

static void scan_at_start(struct reach *reach, uintptr_t low, uintptr_t high)
{
    for (size_t i = 0; i < roots.at_start.count; i++) {
        const struct leaks_map *map = &roots.at_start.maps[i];
        if (map->kind == LEAKS_MAP_NAMELESS && map->writable && map->readable)
            scan_common(reach, low, high, map->low, map->high);
    }
}

/* Memory without a file, outside what is loaded. */
static void scan_nameless(struct reach *reach, const struct leaks_map *map, uintptr_t low)
{
    if (roots.regions || map->kind == LEAKS_MAP_HEAP)
        scan_regions(reach, low, map->high);
    else if (!reach_has_block(reach, low, map->high))
        reach_scan(reach, low, map->high, REACH_PLAIN);
    if (map->kind == LEAKS_MAP_NAMELESS)
        scan_at_start(reach, low, map->high);
}

/* Data of what is loaded but this library, as far as it begins at `low`: where that ends. */
static uintptr_t scan_object(struct reach *reach, const struct leaks_map *map, uintptr_t low)
{
    struct object object;
    if (!object_at(low, &object))
        return low;
    uintptr_t high = smaller(object.end, map->high);
    bool is_ours = (uintptr_t)&roots - object.start < object.end - object.start;
    bool is_libc = roots.glibc_malloc - object.start < object.end - object.start;
    if (map->writable && !is_ours)
        reach_scan(reach, low, high, is_libc ? REACH_OF_LIBC : REACH_PLAIN);
    return high;
}

static void scan_private(struct reach *reach, const struct leaks_map *map)
{
    uintptr_t low = scan_object(reach, map, map->low);
    if (low >= map->high)
        return;
    if (map->kind != LEAKS_MAP_FILE)
        scan_nameless(reach, map, low);
    else if (map->writable)
        reach_scan(reach, low, map->high, REACH_PLAIN);
}

void leaks_roots_scan(struct reach *reach, const struct leaks_maps *maps)
{
    keep_loaders(reach);
    for (size_t i = 0; i < maps->count; i++) {
        const struct leaks_map *map = &maps->maps[i];
        if (!map->readable || map->kind == LEAKS_MAP_OURS || map->kind == LEAKS_MAP_STACK)
            continue;
        if (!map->shared)
            scan_private(reach, map);
        else if (map->writable)
            reach_scan(reach, map->low, map->high, REACH_SHARED);
    }
}

/* The thread's own stack; of all but the first thread it lies below what its pointer leads to. */
static struct reach_range own_stack(const struct leaks_maps *maps, uintptr_t pointer, bool is_first)
{
    const struct leaks_map *map = NULL;
    if (!is_first) {
        map = leaks_maps_at(maps, pointer);
        uintptr_t end = (pointer + THREAD_RECORD) | (pages_size() - 1);
        return map != NULL ? (struct reach_range){map->low, smaller(map->high, end + 1)}
                           : (struct reach_range){0, 0};
    }
    for (size_t i = 0; i < maps->count; i++)
        if (maps->maps[i].kind == LEAKS_MAP_STACK)
            map = &maps->maps[i];
    return map != NULL ? (struct reach_range){map->low, map->high} : (struct reach_range){0, 0};
}

/* On another stack (a handler's, a coroutine's) its own may be in use as well, nobody knows from
 * where on. */
void leaks_roots_thread(struct reach *reach, const struct leaks_maps *maps, uintptr_t sp,
                        uintptr_t pointer, bool is_first)
{
    const struct leaks_map *map = leaks_maps_at(maps, sp);
    struct reach_range own = own_stack(maps, pointer, is_first);
    bool on_own = sp - own.low < own.high - own.low;
    uintptr_t end = on_own ? own.high : map != NULL ? map->high : sp;
    reach_scan(reach, sp, end, REACH_PLAIN);
    if (!on_own && own.low < own.high)
        reach_scan(reach, own.low, own.high, REACH_PLAIN);
}
