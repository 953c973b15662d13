/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Blocks of many sizes, zeros, none within another; one larger than any run so far. */
int main(void)
{
    enum { BLOCKS = 2000 };
    static char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    struct memrestrict_pool *pool = memrestrict_pool_create("grows", 0);
    for (int i = 0; i < BLOCKS; i++) {
        sizes[i] = i == 1000 ? 3 * MIB : (size_t)(i * 37 % 700);
        CHECK((blocks[i] = memrestrict_pool_alloc(pool, sizes[i])) != NULL);
        for (size_t at = 0; at < sizes[i]; at++)
            CHECK(blocks[i][at] == 0);
        memset(blocks[i], i % 100 + 1, sizes[i]);
    }
    CHECK(memrestrict_pool_seal(pool));
    for (int i = 0; i < BLOCKS; i++) {
        CHECK(memrestrict_pool_owns(pool, blocks[i]));
        for (size_t at = 0; at < sizes[i]; at++)
            CHECK(blocks[i][at] == i % 100 + 1);
    }
    memrestrict_pool_destroy(pool);
    return 0;
}
