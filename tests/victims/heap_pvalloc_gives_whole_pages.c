/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t size = 1; size <= 3 * page; size += 777) {
        char *block = pvalloc(size);
        CHECK(block != NULL && (uintptr_t)block % page == 0);
        CHECK(malloc_usable_size(block) >= (size + page - 1) / page * page);
        free(block);
    }
    CHECK(pvalloc(SIZE_MAX - 100) == NULL && errno == ENOMEM);
    return 0;
}
