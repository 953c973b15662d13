/* SPDX-License-Identifier: MIT
 *
 * The address space as the kernel lists it, at one moment, for who looks what leads to blocks.
 */
#ifndef MEMRESTRICT_LEAKS_MAPS_H
#define MEMRESTRICT_LEAKS_MAPS_H

#include "records/reach.h"

enum leaks_map_kind {
    LEAKS_MAP_NAMELESS,
    LEAKS_MAP_FILE,  /* or whatever else has a name */
    LEAKS_MAP_HEAP,  /* of the program break */
    LEAKS_MAP_STACK, /* of the thread that the process began with */
    LEAKS_MAP_OURS   /* memory that the command shares with us */
};

struct leaks_map {
    uintptr_t low, high;
    bool readable, writable, shared;
    enum leaks_map_kind kind;
};

/* By rising address. All zero: none. */
struct leaks_maps {
    struct leaks_map *maps;
    struct reach_range *readable; /* those of them that can be read */
    size_t count, readable_count, room;
};

/* False: the list cannot be read, or no memory. leaks_maps_free frees them, in any case. */
bool leaks_maps_read(struct leaks_maps *maps);
void leaks_maps_free(struct leaks_maps *maps);
/* The one with the address; NULL: nothing is mapped there. */
const struct leaks_map *leaks_maps_at(const struct leaks_maps *maps, uintptr_t address);

#endif
