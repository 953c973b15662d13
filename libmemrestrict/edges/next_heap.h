/* SPDX-License-Identifier: MIT
 *
 * The next allocator as the fast path calls it: within the guard where it may map memory by a
 * function of ours, without where it is glibc's, which does not.
 */
#ifndef MEMRESTRICT_NEXT_HEAP_H
#define MEMRESTRICT_NEXT_HEAP_H

#include <stddef.h>

/* Constant after start. free keeps errno, and may be called with NULL. */
struct next_heap {
    void *(*malloc)(size_t size);
    void *(*realloc)(void *block, size_t size);
    void (*free)(void *block);
};
extern struct next_heap next_heap;

/* Once, when the real functions are known; `environment` as the program was given it. */
void next_heap_start(char **environment);
/* Gives this thread's delayed blocks (delayed_free.h) to the next allocator. Before a block is
 * given back that has no record: it may be one that was freed already and is delayed, and the
 * allocator is to find that out now. */
void next_heap_release_delayed(void);

#endif
