/* SPDX-License-Identifier: MIT */
#include "victim.h"

int main(void)
{
    uint64_t before = used(), page = (uint64_t)sysconf(_SC_PAGESIZE);
    CHECK(memrestrict_active());
    errno = 77;
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 100 * KIB);
    CHECK(pool != NULL && errno == 77);
    CHECK(used() - before == (100 * KIB + page - 1) / page * page);
    char *text = memrestrict_pool_strdup(pool, "a word");
    CHECK(strcmp(text, "a word") == 0 && (uintptr_t)text % 16 == 0);
    uint64_t charged = used();
    CHECK(memrestrict_pool_seal(pool) && used() == charged);
    CHECK(memrestrict_pool_alloc(pool, 1) == NULL && errno == EPERM);
    CHECK(memrestrict_pool_unseal(pool) && used() == charged);
    text[0] = 'A';
    CHECK(memrestrict_pool_seal(pool) && memrestrict_pool_seal(pool) && text[0] == 'A');
    memrestrict_pool_destroy(pool);
    memrestrict_pool_destroy(NULL);
    CHECK(used() == before && refusals() == 0);
    return 0;
}
