/* SPDX-License-Identifier: MIT */
#include "decide/space_look.h"

#include "common/kernel.h"
#include "ground/guard.h"
#include "ground/maps.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

static LARGE_ZEROS struct {
    struct maps maps; /* not on a stack, which may be small */
    char name[ACCOUNTS_NAME];
    uintptr_t end; /* of the mapping before */
    uint64_t mapped, data, mappings, largest_gap;
} seen;

static void note_next(struct account_space *space, uintptr_t gap)
{
    atomic_store(&space->heap_gap, gap);
    memcpy(space->next, seen.name, sizeof space->next);
}

static void add(const struct maps_range *range)
{
    uintptr_t gap = range->low - seen.end, size = range->high - range->low;
    bool grows = strcmp(seen.name, "[stack]") == 0;
    seen.mappings++;
    seen.mapped += size;
    seen.data += range->writable && !range->shared && !grows ? size : 0;
    seen.largest_gap = gap > seen.largest_gap ? gap : seen.largest_gap;
    seen.end = range->high;
}

void space_look(struct account_space *space)
{
    struct maps_range range;
    bool found = false;
    uintptr_t heap = kernel_break(0);
    if (!maps_open(&seen.maps)) /* where that is forbidden, the rest may be fatal */
        return;
    seen.end = 0;
    seen.mapped = seen.data = seen.mappings = seen.largest_gap = 0;
    while (maps_next_named(&seen.maps, &range, seen.name, sizeof seen.name)) {
        if (strcmp(seen.name, "[vsyscall]") == 0)
            continue; /* the kernel's own */
        if (!found && range.low >= heap) {
            found = true;
            note_next(space, range.low - heap);
        }
        add(&range);
    }
    if (seen.maps.failed)
        return;
    atomic_store(&space->mapped, seen.mapped);
    atomic_store(&space->data, seen.data);
    atomic_store(&space->mappings, seen.mappings);
    atomic_store(&space->largest_gap, seen.largest_gap);
    atomic_store(&space->address_limit, kernel_limit(RLIMIT_AS));
    atomic_store(&space->data_limit, kernel_limit(RLIMIT_DATA));
    atomic_store(&space->known, 1);
}
