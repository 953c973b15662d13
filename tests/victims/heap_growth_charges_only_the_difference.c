/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* More than half of the limit, so old and new size together would not fit. */
int main(void)
{
    size_t all = room(), size = all / 3 * 2;
    uint64_t before = used();
    char *block = malloc(size);
    CHECK(block != NULL);
    memset(block, 'x', size);
    for (; size < all; size += all / 100) {
        block = realloc(block, size);
        CHECK(block != NULL);
        CHECK(used() == before + size);
        CHECK(usage().peak == used());
    }
    free(block);
    CHECK(used() == before);
    return 0;
}
