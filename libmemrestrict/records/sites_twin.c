/* SPDX-License-Identifier: MIT */
#include "records/sites_twin.h"

#include <stdatomic.h>
#include <string.h>

static void enter_in_table(struct sites_area *area, uint32_t number)
{
    uint64_t hash = atomic_load(&area->sites[number].hash);
    for (unsigned probe = 0; hash != 0 && probe < SITES_PROBES; probe++) {
        _Atomic uint32_t *slot = &area->table[((hash >> 40) + probe) % SITES_TABLE];
        uint32_t nobody = 0;
        if (atomic_compare_exchange_strong(slot, &nobody, number))
            return;
    }
}

void sites_twin(struct sites_area *to, const struct sites_area *from)
{
    uint32_t sites = atomic_load(&from->site_count), frames = atomic_load(&from->frame_count);
    uint32_t modules = atomic_load(&from->module_count);
    sites = sites < SITES_MOST ? sites : SITES_MOST;
    memcpy(to, from, offsetof(struct sites_area, table));
    memcpy(to->modules, from->modules,
           sizeof to->modules[0] * (modules < SITES_MODULES ? modules : SITES_MODULES));
    memcpy(to->sites, from->sites, sizeof to->sites[0] * sites);
    memcpy(to->frames, from->frames,
           sizeof to->frames[0] * (frames < SITES_FRAMES ? frames : SITES_FRAMES));
    for (uint32_t number = SITE_FIRST; number < sites; number++)
        enter_in_table(to, number);
    atomic_store(&to->peak_copy, 0);
    atomic_store(&to->refusal_copy, 0);
    atomic_store(&to->peak_next, UINT64_MAX); /* nobody asks when a copy held the most */
    to->forked = 1;
}
