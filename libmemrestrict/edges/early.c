/* SPDX-License-Identifier: MIT */
#include "edges/early.h"

#include "ground/guard.h"
#include "common/kernel.h"
#include "ground/pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

enum { ROOM = 32 * 1024, LEAST = 16 };

struct page_run { /* a larger run of pages, when the first is full; the newest first */
    char *start, *end;
    struct page_run *older;
};

static LARGE_ZEROS _Alignas(LEAST) char first[ROOM];
static _Atomic size_t first_used;
static struct page_run *_Atomic runs;

/* A block is preceded by its size, in the LEAST bytes below it. */
static char *place(char *start, char *end, size_t alignment, size_t size)
{
    uintptr_t block = ((uintptr_t)start + LEAST + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (block > (uintptr_t)end || (uintptr_t)end - block < size)
        return NULL;
    ((size_t *)block)[-1] = size;
    return (char *)block;
}

static void *from_first(size_t alignment, size_t size)
{
    size_t need = size + alignment + 2 * LEAST;
    size_t at = atomic_load(&first_used);
    do
        if (need > ROOM - at)
            return NULL;
    while (!atomic_compare_exchange_weak(&first_used, &at, at + (need & ~(size_t)(LEAST - 1))));
    return place(first + at, first + at + (need & ~(size_t)(LEAST - 1)), alignment, size);
}

static void *from_own_run(size_t alignment, size_t size)
{
    size_t bytes = pages_round(sizeof(struct page_run) + size + alignment + 2 * LEAST);
    struct page_run *run = kernel_pages(bytes);
    if (run == NULL)
        return NULL;
    pages_note(bytes);
    run->start = (char *)(run + 1);
    run->end = (char *)run + bytes;
    run->older = atomic_load(&runs);
    while (!atomic_compare_exchange_weak(&runs, &run->older, run))
        ;
    return place(run->start, run->end, alignment, size);
}

void *early_alloc(size_t alignment, size_t size)
{
    if (alignment < LEAST)
        alignment = LEAST;
    void *block = NULL;
    if (size <= PTRDIFF_MAX / 4 && alignment <= PTRDIFF_MAX / 4) {
        block = from_first(alignment, size);
        if (block == NULL)
            block = from_own_run(alignment, size);
    }
    if (block == NULL)
        errno = ENOMEM;
    return block;
}

static bool within(const void *block, const char *start, const char *end)
{
    return (const char *)block >= start && (const char *)block < end;
}

bool early_owns(const void *block)
{
    if (within(block, first, first + ROOM))
        return true;
    for (const struct page_run *run = atomic_load(&runs); run != NULL; run = run->older)
        if (within(block, run->start, run->end))
            return true;
    return false;
}

size_t early_size(const void *block) { return ((const size_t *)block)[-1]; }
