/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    CHECK(malloc_usable_size(NULL) == 0);
    EACH(maker, maker, makers)
    for (size_t size = 0; size < 2 * MIB; size = size * 3 + 1) {
        char *block = maker->make(size);
        CHECK_OF(maker, block != NULL);
        uint64_t before = used();
        size_t usable = malloc_usable_size(block);
        CHECK_OF(maker, usable >= size);
        memset(block, 'x', usable);
        CHECK_OF(maker, used() == before);
        free(block);
    }
    return 0;
}
