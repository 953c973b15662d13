/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* With a limit of 1 MiB. */
int main(void)
{
    uint64_t before = used();
    CHECK(memrestrict_pool_create("large", 2 * MIB) == NULL && errno == ENOMEM);
    CHECK(refusals() == 1 && used() == before);
    struct memrestrict_pool *pool = memrestrict_pool_create("grows", 0);
    size_t count = 0;
    CHECK(pool != NULL);
    while (memrestrict_pool_alloc(pool, 1000) != NULL)
        count++;
    CHECK(errno == ENOMEM && refusals() > 1 && used() <= MIB);
    CHECK(count >= 300 && count <= 1048);
    memrestrict_pool_destroy(pool);
    CHECK(used() == before);
    return 0;
}
