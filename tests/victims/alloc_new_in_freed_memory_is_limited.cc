/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <new>

enum { BLOCK = 1000, BATCH = 2000 };

/* Makes the allocator map memory for malloc's blocks, and gives those back. */
static void leave_free_memory()
{
    static void *blocks[BATCH];
    for (int i = 0; i < BATCH; i++)
        blocks[i] = malloc(BLOCK);
    for (int i = 0; i < BATCH; i++)
        free(blocks[i]);
}

/* What operator new has from memory that was mapped for malloc counts like any other. */
int main()
{
    size_t count = 0;
    memrestrict_usage start = usage();
    try {
        for (;; count++) {
            if (count % BATCH == 0)
                leave_free_memory();
            memset(::operator new(BLOCK), 1, BLOCK);
        }
    } catch (const std::bad_alloc &) {
        CHECK(count == (start.limit - start.used) / BLOCK);
    }
    return 0;
}
