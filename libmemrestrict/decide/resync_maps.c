/* SPDX-License-Identifier: MIT */
#include "decide/resync_maps.h"

#include "ground/maps.h"
#include "records/regions.h"

static int64_t piece(uintptr_t low, uintptr_t high, enum region_state state, uint64_t *inherited)
{
    struct regions_cut cut;
    struct regions_gone gone = {0};
    if (low >= high || !regions_take(&regions_own, low, high, false, &cut))
        return 0;
    int64_t change = state == REGION_CHARGED ? (int64_t)cut.reserved : -(int64_t)cut.charged;
    if (state != REGION_CHARGED)
        *inherited += cut.inherited;
    if (state == REGION_NONE)
        regions_drop(&cut);
    else
        gone = regions_put_as(&regions_own, &cut, state);
    *inherited += gone.inherited;
    return change - (int64_t)gone.charged;
}

int64_t resync_maps(uintptr_t low, uintptr_t high, uint64_t *inherited)
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
        change += piece(low, from, REGION_NONE, inherited);
        change += piece(from, to, range.writable ? REGION_CHARGED : REGION_RESERVED, inherited);
        low = to;
    }
    return maps.failed ? change : change + piece(low, high, REGION_NONE, inherited);
}
