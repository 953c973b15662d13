/* SPDX-License-Identifier: MIT */
#include "records/callers.h"

enum { PLACES = 1 << CALLERS_BITS, LOOKS = 16 };

LARGE_ZEROS _Atomic uintptr_t callers_table[PLACES];

uint32_t callers_find(uintptr_t caller)
{
    for (uint32_t i = 0; i < LOOKS; i++) {
        uint32_t place = (callers_place(caller) + i) % PLACES;
        uintptr_t there = 0;
        if (atomic_compare_exchange_strong(&callers_table[place], &there, caller) ||
            there == caller)
            return caller != 0 ? place + 1 : 0;
    }
    return 0;
}
