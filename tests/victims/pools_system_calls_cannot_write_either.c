/* SPDX-License-Identifier: MIT */
#include "victim.h"

int main(void)
{
    int ends[2];
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    char *block = memrestrict_pool_alloc(pool, 100);
    CHECK(pipe(ends) == 0 && write(ends[1], "xyz", 3) == 3 && memrestrict_pool_seal(pool));
    CHECK(read(ends[0], block, 3) == -1 && errno == EFAULT && *block == 0);
    CHECK(memrestrict_pool_unseal(pool) && read(ends[0], block, 3) == 3 && *block == 'x');
    return 0;
}
