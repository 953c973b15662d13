/* SPDX-License-Identifier: MIT
 *
 * Who stands before us: an object whose malloc, or mmap, the program calls instead of ours. An
 * allocator of its own keeps the heap to itself, and that is said. A wrapper passes calls on to the
 * next functions, which are ours: then the heap is limited after all, from the first such call on.
 *
 * And who stands behind the addresses: valgrind's tools put functions of theirs in the place of
 * ours, which no address shows. So one call that changes nothing is made, to see if it comes here.
 */
#ifndef MEMRESTRICT_FRONT_H
#define MEMRESTRICT_FRONT_H

#include "ground/guard.h"

#include <stdatomic.h>
#include <stddef.h>

/* Is a first call waited for? Mostly nobody is there. */
extern _Atomic bool front_awaits_heap_call, front_awaits_map_call;
static inline bool front_awaits_heap(void)
{
    return atomic_load_explicit(&front_awaits_heap_call, memory_order_relaxed);
}
static inline bool front_awaits_maps(void)
{
    return atomic_load_explicit(&front_awaits_map_call, memory_order_relaxed);
}

/* Makes that call: of malloc_usable_size with NULL, which is where front_note_call is. No tool that
 * takes malloc leaves it out, or complains of it. */
size_t front_call_heap(void);
extern _Atomic bool front_was_called;
static inline void front_note_call(void)
{
    atomic_store_explicit(&front_was_called, true, memory_order_relaxed);
}

/* When the real functions are known. */
void front_start(void);
/* When a place in the accounts is had: says who is there. */
void front_say(void);
/* A call has come of a name that somebody before us has. */
COLD void front_passed_heap(void);
COLD void front_passed_maps(void);

#endif
