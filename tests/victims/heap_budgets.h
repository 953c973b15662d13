/* SPDX-License-Identifier: MIT
 *
 * For heap victims that show how the C library's own functions take a refusal.
 */
#ifndef HEAP_BUDGETS_H
#define HEAP_BUDGETS_H

#include "heap_functions.h"

/* Calls `attempt` with 0, step, 2*step ... bytes of budget until it returns true: it did what it is
 * for. False means that it failed in the way its manual names. It frees all that it got, so that
 * the count comes back each time. */
static inline void at_every_budget(bool (*attempt)(void), size_t step)
{
    CHECK(attempt()); /* what the C library makes once and keeps is there now */
    uint64_t before = used();
    bool done = false;
    size_t left = 0;
    for (; !done && left < 8 * MIB; left += step) {
        void *rest = fill(left);
        uint64_t refused = refusals();
        done = attempt();
        CHECK(done || refusals() > refused);
        CHECK(room() == left);
        free(rest);
    }
    CHECK(done && left > step);
    CHECK(used() == before && usage().unknown == 0);
}

#endif
