/* SPDX-License-Identifier: MIT
 *
 * Addresses of code as small numbers, to be kept beside a block: where a call of malloc returns to.
 * No lock, no allocation. Numbers are never given back.
 */
#ifndef MEMRESTRICT_CALLERS_H
#define MEMRESTRICT_CALLERS_H

#include "ground/guard.h"

#include <stdatomic.h>

enum { CALLERS_BITS = 14 };
extern _Atomic uintptr_t callers_table[1 << CALLERS_BITS];

static inline uint32_t callers_place(uintptr_t caller)
{
    return (uint32_t)((uint64_t)caller * UINT64_C(0x9e3779b97f4a7c15) >> (64 - CALLERS_BITS));
}

/* One that is not where it is looked for first, or not there yet. */
OUT_OF_LINE uint32_t callers_find(uintptr_t caller);

/* The number of an address; 0: there is no room for it. */
static inline uint32_t callers_number(uintptr_t caller)
{
    uint32_t place = callers_place(caller);
    bool here = atomic_load_explicit(&callers_table[place], memory_order_relaxed) == caller;
    return LIKELY(here) ? place + 1 : callers_find(caller);
}

/* 0: it is not known. */
static inline uintptr_t callers_address(uint32_t number)
{
    return number != 0 ? atomic_load_explicit(&callers_table[number - 1], memory_order_relaxed) : 0;
}

#endif
