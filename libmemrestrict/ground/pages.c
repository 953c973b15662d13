/* SPDX-License-Identifier: MIT */
#include "ground/pages.h"

#include "common/kernel.h"

#include <stdatomic.h>
#include <sys/auxv.h>

enum { SMALLEST = 16, RUN_BYTES = 64 * 1024 };
enum { HUGE_PAGE = 2 * 1024 * 1024, HUGE_RUN = 2 * HUGE_PAGE };

static _Atomic uint64_t held;

size_t pages_size(void)
{
    static _Atomic size_t size;
    size_t known = atomic_load_explicit(&size, memory_order_relaxed);
    if (known == 0) {
        known = getauxval(AT_PAGESZ);
        atomic_store_explicit(&size, known, memory_order_relaxed);
    }
    return known;
}

size_t pages_round(size_t bytes)
{
    size_t mask = pages_size() - 1;
    return bytes > SIZE_MAX - mask ? 0 : (bytes + mask) & ~mask;
}

uint64_t pages_held(void) { return atomic_load_explicit(&held, memory_order_relaxed); }
void pages_note(size_t bytes) { atomic_fetch_add_explicit(&held, bytes, memory_order_relaxed); }

/* The class whose records hold `bytes`; PAGES_CLASSES if they need pages of their own. */
static unsigned class_of(size_t bytes)
{
    unsigned class = 0;
    for (size_t room = SMALLEST; room < bytes && class < PAGES_CLASSES; room *= 2)
        class ++;
    return class;
}

static void *alloc_whole(size_t bytes)
{
    size_t whole = pages_round(bytes);
    void *memory = whole != 0 ? kernel_pages(whole) : NULL;
    if (memory != NULL)
        pages_note(whole);
    return memory;
}

void *pages_alloc(struct pages_pool *pool, size_t bytes)
{
    unsigned class = class_of(bytes);
    if (class == PAGES_CLASSES)
        return alloc_whole(bytes);
    if (pool->spare[class] != NULL) {
        void *memory = pool->spare[class];
        pool->spare[class] = *(void **)memory;
        return memory;
    }
    size_t room = (size_t)SMALLEST << class;
    if ((size_t)(pool->end - pool->next) < room) {
        char *run = alloc_whole(RUN_BYTES);
        if (run == NULL)
            return NULL;
        pool->next = run;
        pool->end = run + RUN_BYTES;
    }
    void *memory = pool->next;
    pool->next += room;
    return memory;
}

static bool find_huge(struct pages_huge *room)
{
    char *run = alloc_whole(HUGE_RUN + HUGE_PAGE);
    if (run == NULL)
        return false;
    room->next = (char *)(((uintptr_t)run + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE);
    room->end = room->next + HUGE_RUN;
    kernel_pages_huge(room->next, HUGE_RUN);
    return true;
}

void *pages_alloc_huge(struct pages_huge *room, size_t bytes)
{
    size_t whole = pages_round(bytes);
    if (whole == 0 || whole > HUGE_RUN)
        return NULL;
    if ((size_t)(room->end - room->next) < whole && !find_huge(room))
        return NULL;
    char *memory = room->next;
    room->next += whole;
    return memory;
}

void pages_free(struct pages_pool *pool, void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    unsigned class = class_of(bytes);
    if (class == PAGES_CLASSES) {
        size_t whole = pages_round(bytes);
        kernel_pages_free(memory, whole);
        atomic_fetch_sub_explicit(&held, whole, memory_order_relaxed);
        return;
    }
    *(void **)memory = pool->spare[class];
    pool->spare[class] = memory;
}
