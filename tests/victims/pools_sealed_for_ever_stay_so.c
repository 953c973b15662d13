/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

/* 77: the kernel cannot. */
int main(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct memrestrict_pool *pool = memrestrict_pool_create("config", page);
    char *block = memrestrict_pool_strdup(pool, "a word");
    uint64_t charged = used();
    if (!memrestrict_pool_seal_forever(pool)) {
        CHECK(errno == ENOSYS && memrestrict_pool_alloc(pool, 1) == NULL && errno == EPERM);
        return 77;
    }
    CHECK(!memrestrict_pool_unseal(pool) && errno == EPERM && used() == charged);
    CHECK(mprotect(block, page, PROT_READ | PROT_WRITE) != 0 && errno == EPERM);
    CHECK(munmap(block, page) != 0 && errno == EPERM);
    memrestrict_pool_destroy(pool);
    CHECK(memrestrict_pool_seal(pool) && memrestrict_pool_seal_forever(pool));
    CHECK(memrestrict_pool_owns(pool, block) && strcmp(block, "a word") == 0);
    return 0;
}
