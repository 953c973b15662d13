/* SPDX-License-Identifier: MIT */
#include "victim.h"

int main(void)
{
    struct memrestrict_pool *pool = memrestrict_pool_create("full", 256 * 16);
    char *blocks[256];
    for (int i = 0; i < 256; i++) {
        CHECK((blocks[i] = memrestrict_pool_alloc(pool, 16)) != NULL);
        CHECK(i == 0 || blocks[i] == blocks[i - 1] + 16);
        blocks[i][15] = 1;
    }
    while (memrestrict_pool_alloc(pool, 16) != NULL) /* where pages are larger */
        ;
    CHECK(errno == ENOMEM && memrestrict_pool_alloc(pool, SIZE_MAX) == NULL);
    CHECK(refusals() == 0);
    CHECK(memrestrict_pool_owns(pool, blocks[7] + 15) && !memrestrict_pool_owns(pool, &pool));
    CHECK(!memrestrict_pool_owns(pool, blocks[0] - 1) && !memrestrict_pool_owns(pool, NULL));
    memrestrict_pool_destroy(pool);
    CHECK(!memrestrict_pool_owns(pool, blocks[7]) && !memrestrict_pool_seal(pool));
    CHECK(errno == EINVAL && memrestrict_pool_alloc(pool, 1) == NULL && errno == EINVAL);
    return 0;
}
