/* SPDX-License-Identifier: MIT */
#include "ground/maps.h"
#include "records/ledger_inside.h"

static void mark(struct window *windows, uintptr_t first, uintptr_t last)
{
    struct window *window;
    if (last - first >= HASH_COUNT(windows)) {
        for (window = windows; window != NULL; window = window->hh.next)
            window->writable |= window->key - first <= last - first;
        return;
    }
    for (uintptr_t key = first; key <= last; key++) {
        HASH_FIND(hh, windows, &key, sizeof key, window);
        if (window != NULL)
            window->writable = true;
    }
}

bool ledger_mark_writable_locked(struct window *windows)
{
    ledger_assert_locked();
    struct maps maps;
    struct maps_range range;
    if (!maps_open(&maps))
        return false;
    for (struct window *window = windows; window != NULL; window = window->hh.next)
        window->writable = false;
    while (maps_next(&maps, &range))
        if (range.writable)
            mark(windows, spot_of((const void *)range.low).key,
                 spot_of((const void *)(range.high - 16)).key);
    return !maps.failed;
}
