/* SPDX-License-Identifier: MIT
 *
 * Where a process has its area of the call sites' memory (sites_area.h). Address space is the
 * program's, which may have little of it (setrlimit(2)): the area is mapped by pieces, when
 * something is to stand there for the first time, and they stay where they are. Takes no lock;
 * threads and signal handlers may ask at the same time.
 */
#ifndef MEMRESTRICT_SITES_MAP_H
#define MEMRESTRICT_SITES_MAP_H

#include "common/sites_area.h"

#include <stdatomic.h>

enum {
    SITES_PIECES = (sizeof(struct sites_area) + SITES_PIECE - 1) / SITES_PIECE,
    SITES_MAP_PATH = 64
};

struct sites_map {
    struct sites_area
        *area; /* what comes before `modules`: only that may be used by this pointer */
    _Atomic(char *) pieces[SITES_PIECES]; /* NULL: not mapped */
    int64_t offset;                       /* of the area in the file */
    char path[SITES_MAP_PATH];
};

/* The area of a slot, in the file of that name; nothing is mapped but its first part. False: it
 * cannot be had. */
bool sites_map_open(struct sites_map *map, const char *path, unsigned slot);
/* Unmaps all of it. */
void sites_map_close(struct sites_map *map);

/* Is there room for the element, mapped if need be? */
bool sites_map_has(struct sites_map *map, uint64_t offset);
bool sites_map_has_site(struct sites_map *map, uint32_t number); /* and its amounts in copies */
bool sites_map_has_frame(struct sites_map *map, uint32_t number);
bool sites_map_has_module(struct sites_map *map, uint32_t number);

/* What stands at an offset of the area, in a piece that is mapped. */
static inline void *sites_map_at(const struct sites_map *map, uint64_t offset)
{
    char *piece = atomic_load_explicit(&map->pieces[offset / SITES_PIECE], memory_order_acquire);
    return piece + offset % SITES_PIECE;
}

/* Elements that there is room for. */
static inline struct site *sites_map_site(const struct sites_map *map, uint32_t number)
{
    return sites_map_at(map, offsetof(struct sites_area, sites) + number * sizeof(struct site));
}

static inline struct sites_module *sites_map_module(const struct sites_map *map, uint32_t number)
{
    return sites_map_at(map, offsetof(struct sites_area, modules) +
                                 number * sizeof(struct sites_module));
}

static inline _Atomic uint64_t *sites_map_frame(const struct sites_map *map, uint32_t number)
{
    return sites_map_at(map, offsetof(struct sites_area, frames) + number * sizeof(uint64_t));
}

#endif
