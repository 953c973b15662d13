/* SPDX-License-Identifier: MIT */
#include "edges/next_heap.h"

#include "edges/delayed_free.h"
#include "ground/guard.h"
#include "ground/real.h"
#include "records/ledger.h"

/* Larger blocks cost the program more while they are delayed than it gains. */
enum { LARGEST_DELAYED = 1024 };

/* The least that glibc makes of a block, its header included: four words, on all machines. */
enum { GLIBC_CHUNK = 4 * sizeof(size_t) };

struct next_heap next_heap;

static void *malloc_inside(size_t size)
{
    guard_enter();
    void *block = real.malloc(size);
    guard_leave();
    return block;
}

static void *realloc_inside(void *block, size_t size)
{
    guard_enter();
    void *moved = real.realloc(block, size);
    guard_leave();
    return moved;
}

static void free_inside(void *block)
{
    int *error = guard.error, saved = *error;
    guard_enter();
    real.free(block);
    guard_leave();
    *error = saved;
}

void next_heap_start(void)
{
    bool glibc = real_malloc_is_glibc();
    next_heap.malloc = glibc ? real.malloc : malloc_inside;
    next_heap.realloc = glibc ? real.realloc : realloc_inside;
    next_heap.free = glibc && real_glibc_free_keeps_errno() ? real.free : free_inside;
    ledger_start(glibc ? GLIBC_CHUNK : 16);
    delayed_free_start(glibc ? LARGEST_DELAYED : -1, next_heap.free);
}

COLD void next_heap_release_delayed(void) { delayed_free_release(next_heap.free); }
