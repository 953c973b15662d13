/* SPDX-License-Identifier: MIT
 *
 * Starts the library once, on the first allocation or from its constructor, whichever is first;
 * lets it report when the process ends; and says whether a call is to be counted.
 */
#ifndef MEMRESTRICT_LIFECYCLE_H
#define MEMRESTRICT_LIFECYCLE_H

#include "common/config.h"
#include "ground/guard.h"

#include <stdatomic.h>

enum life {
    LIFE_COLD,     /* nothing is known yet */
    LIFE_STARTING, /* a thread looks for the real functions */
    LIFE_DORMANT,  /* this program is none of those to be limited: pass all through */
    LIFE_HEAPLESS, /* active, but the heap is not to be counted, or another's */
    LIFE_ACTIVE
};

extern _Atomic enum life lifecycle_state;
extern struct config lifecycle_config; /* constant after start */

static inline enum life life(void)
{
    return atomic_load_explicit(&lifecycle_state, memory_order_acquire);
}

static inline bool life_active(void) { return life() >= LIFE_HEAPLESS; }

/* Is this call to be counted? Not inside the next allocator, and not before the start. */
static inline bool life_counts(void) { return life_active() && LIKELY(!guard_is_inside()); }

/* The same for the heap's calls: one test, once the thread has been here. */
bool life_counts_heap_first(void);
static inline bool life_counts_heap(void)
{
    bool known = guard.level - GUARD_COUNTED <= (unsigned)(GUARD_SCOPED - GUARD_COUNTED);
    return LIKELY(known) || life_counts_heap_first();
}

/* Are the program's blocks in the records? */
bool lifecycle_has_heap(void);

/* The environment as the C library was given it: the program may have changed its own by now. */
void lifecycle_know_environment(char **environment);

/* Starts if nobody did. Afterwards the state may still be LIFE_COLD, when it is too early, or
 * LIFE_STARTING: this thread is inside dlsym, or another is; it must not be waited for, since it
 * may wait for the loader's lock that we hold. */
void lifecycle_start(void);

#endif
