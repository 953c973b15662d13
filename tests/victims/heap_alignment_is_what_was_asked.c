/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

static void check_block(void *block, size_t alignment, size_t size, uint64_t before)
{
    CHECK(block != NULL);
    CHECK((uintptr_t)block % alignment == 0);
    memset(block, 'x', size);
    CHECK(used() == before + size);
    free(block);
    CHECK(used() == before);
}

int main(void)
{
    uint64_t before = used();
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t alignment = sizeof(void *); alignment <= MIB; alignment *= 2)
        for (size_t size = 1; size < 200 * KIB; size = size * 3 + 1) {
            void *block = NULL;
            CHECK(posix_memalign(&block, alignment, size) == 0);
            check_block(block, alignment, size, before);
            check_block(memalign(alignment, size), alignment, size, before);
            check_block(aligned_alloc(alignment, alignment), alignment, alignment, before);
        }
    check_block(valloc(100), page, 100, before);
    check_block(pvalloc(page), page, page, before);
    return 0;
}
