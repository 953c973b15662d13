/* SPDX-License-Identifier: MIT */
#include "victim.h"

int main(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct memrestrict_pool *pool = memrestrict_pool_create("config", page);
    volatile char *block = memrestrict_pool_alloc(pool, page);
    memrestrict_pool_seal(pool);
    memrestrict_pool_unseal(pool);
    block[page - 1] = 1;
    block[page + 2] = 1;
    return 0;
}
