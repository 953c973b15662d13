/* SPDX-License-Identifier: MIT */
#include "records/sites_twin.h"

#include <stdatomic.h>
#include <string.h>

static void enter_in_table(struct sites_map *map, uint32_t number)
{
    uint64_t hash = atomic_load(&sites_map_site(map, number)->hash);
    for (unsigned probe = 0; hash != 0 && probe < SITES_PROBES; probe++) {
        _Atomic uint32_t *slot = &map->area->table[((hash >> 40) + probe) % SITES_TABLE];
        uint32_t nobody = 0;
        if (atomic_compare_exchange_strong(slot, &nobody, number))
            return;
    }
}

/* So many bytes of the area, from an offset that begins a piece. What `from` has no room for is
 * left out: a number was given out, and did not get as far. */
static bool copy(struct sites_map *to, const struct sites_map *from, uint64_t offset,
                 uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes; done += SITES_PIECE) {
        uint64_t at = offset + done, part = bytes - done;
        if (atomic_load(&from->pieces[at / SITES_PIECE]) == NULL)
            continue;
        if (!sites_map_has(to, at))
            return false;
        memcpy(sites_map_at(to, at), sites_map_at(from, at),
               part < SITES_PIECE ? part : SITES_PIECE);
    }
    return true;
}

/* As many of the elements of an array as were given out. */
static bool copy_array(struct sites_map *to, const struct sites_map *from, uint64_t offset,
                       uint64_t size, uint32_t given, uint32_t most)
{
    return copy(to, from, offset, size * (given < most ? given : most));
}

bool sites_twin(struct sites_map *to, const struct sites_map *from)
{
    const struct sites_area *area = from->area;
    uint32_t sites = atomic_load(&area->site_count);
    memcpy(to->area, area, offsetof(struct sites_area, table));
    memset(&to->area->crash, 0, sizeof to->area->crash);
    memset(&to->area->leaks, 0, sizeof to->area->leaks);
    sites = sites < SITES_MOST ? sites : SITES_MOST;
    if (!copy_array(to, from, offsetof(struct sites_area, modules), sizeof(struct sites_module),
                    atomic_load(&area->module_count), SITES_MODULES) ||
        !copy_array(to, from, offsetof(struct sites_area, sites), sizeof(struct site), sites,
                    SITES_MOST) ||
        !copy_array(to, from, offsetof(struct sites_area, frames), sizeof(uint64_t),
                    atomic_load(&area->frame_count), SITES_FRAMES))
        return false;
    for (uint32_t number = SITE_FIRST; number < sites; number++) {
        if (!sites_map_has_site(to, number))
            return false;
        enter_in_table(to, number);
    }
    atomic_store(&to->area->peak_copy, 0);
    atomic_store(&to->area->refusal_copy, 0);
    atomic_store(&to->area->peak_next, UINT64_MAX); /* nobody asks when a copy held the most */
    to->area->forked = 1;
    return true;
}
