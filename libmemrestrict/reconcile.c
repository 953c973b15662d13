/* SPDX-License-Identifier: MIT */
#include "reconcile.h"

#include "maps.h"
#include "regions.h"

static int64_t piece(uintptr_t low, uintptr_t high, enum region_state state)
{
    struct regions_cut cut;
    if (low >= high || !regions_take(low, high, false, &cut))
        return 0;
    int64_t change = state == REGION_CHARGED ? (int64_t)cut.reserved : -(int64_t)cut.charged;
    if (state == REGION_NONE)
        regions_drop(&cut);
    else
        change -= (int64_t)regions_put_as(&cut, state);
    return change;
}

int64_t reconcile(uintptr_t low, uintptr_t high)
{
    struct maps maps;
    struct maps_range range;
    int64_t change = 0;
    if (low == high || !maps_open(&maps))
        return 0;
    while (maps_next(&maps, &range)) {
        uintptr_t from = range.low > low ? range.low : low;
        uintptr_t to = range.high < high ? range.high : high;
        if (from >= to)
            continue;
        change += piece(low, from, REGION_NONE);
        change += piece(from, to, range.writable ? REGION_CHARGED : REGION_RESERVED);
        low = to;
    }
    return maps.failed ? change : change + piece(low, high, REGION_NONE);
}
