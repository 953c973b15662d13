/* SPDX-License-Identifier: MIT */
#include "decide/resync_maps.h"

#include "ground/maps.h"
#include "decide/region_payers.h"
#include "records/regions.h"

static int64_t piece(uintptr_t low, uintptr_t high, enum region_state state,
                     struct resync_maps *resync)
{
    struct regions_cut cut;
    struct regions_gone gone = {0};
    if (low >= high || !regions_take(&regions_own, low, high, false, &cut))
        return 0;
    int64_t change = state == REGION_CHARGED ? (int64_t)cut.reserved : -(int64_t)cut.charged;
    if (state != REGION_CHARGED) {
        resync->inherited += cut.inherited;
        region_payers_release(&cut);
    } else if ((cut.note = resync->note) != 0) {
        resync->noted += cut.reserved;
    }
    if (state == REGION_NONE)
        regions_drop(&cut);
    else
        gone = regions_put_as(&regions_own, &cut, state);
    resync->inherited += gone.inherited;
    return change - (int64_t)gone.charged;
}

int64_t resync_maps(uintptr_t low, uintptr_t high, struct resync_maps *resync)
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
        change += piece(low, from, REGION_NONE, resync);
        change += piece(from, to, range.writable ? REGION_CHARGED : REGION_RESERVED, resync);
        low = to;
    }
    return maps.failed ? change : change + piece(low, high, REGION_NONE, resync);
}
