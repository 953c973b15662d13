/* SPDX-License-Identifier: MIT */
#include "decide/leaks_maps.h"

#include "common/kernel.h"
#include "ground/maps.h"

#include <string.h>

enum { FIRST_ROOM = 512, NAME_ROOM = 32 };

static size_t bytes_of(size_t room)
{
    return room * (sizeof(struct leaks_map) + sizeof(struct reach_range));
}

/* Both arrays, one behind the other. */
static bool make_room(struct leaks_maps *maps)
{
    struct leaks_maps more = *maps;
    if (maps->count < maps->room)
        return true;
    more.room = maps->room == 0 ? FIRST_ROOM : 2 * maps->room;
    more.maps = kernel_pages(bytes_of(more.room));
    if (more.maps == NULL)
        return false;
    more.readable = (struct reach_range *)(void *)(more.maps + more.room);
    if (maps->count > 0) {
        memcpy(more.maps, maps->maps, maps->count * sizeof *maps->maps);
        memcpy(more.readable, maps->readable, maps->readable_count * sizeof *maps->readable);
    }
    leaks_maps_free(maps);
    *maps = more;
    return true;
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static enum leaks_map_kind kind_of(const char *name)
{
    if (*name == '\0' || begins(name, "[anon:"))
        return LEAKS_MAP_NAMELESS;
    if (begins(name, "memfd:memrestrict"))
        return LEAKS_MAP_OURS;
    if (strcmp(name, "[heap]") == 0)
        return LEAKS_MAP_HEAP;
    return strcmp(name, "[stack]") == 0 ? LEAKS_MAP_STACK : LEAKS_MAP_FILE;
}

static void add(struct leaks_maps *maps, const struct maps_range *range, const char *name)
{
    maps->maps[maps->count++] = (struct leaks_map){
        .low = range->low,
        .high = range->high,
        .readable = range->readable,
        .writable = range->writable,
        .shared = range->shared,
        .kind = kind_of(name),
    };
    if (range->readable)
        maps->readable[maps->readable_count++] = (struct reach_range){range->low, range->high};
}

bool leaks_maps_read(struct leaks_maps *maps)
{
    struct maps list;
    struct maps_range range;
    char name[NAME_ROOM];
    *maps = (struct leaks_maps){0};
    if (!make_room(maps) || !maps_open_own(&list))
        return false;
    while (maps_next_named(&list, &range, name, sizeof name)) {
        if (!make_room(maps)) {
            kernel_close(list.fd);
            return false;
        }
        add(maps, &range, name);
    }
    return !list.failed && maps->count > 0;
}

void leaks_maps_free(struct leaks_maps *maps)
{
    if (maps->maps != NULL)
        kernel_pages_free(maps->maps, bytes_of(maps->room));
    *maps = (struct leaks_maps){0};
}

const struct leaks_map *leaks_maps_at(const struct leaks_maps *maps, uintptr_t address)
{
    size_t low = 0, high = maps->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (maps->maps[middle].high <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < maps->count && maps->maps[low].low <= address ? &maps->maps[low] : NULL;
}
