/* SPDX-License-Identifier: MIT
 *
 * For C and C++; built in many ways, and run with the library and without: 0 if it is there, 1 if
 * not.
 */
#include <memrestrict.h>

#include <stdio.h>

#define CHECK(condition)                                                                           \
    if (!(condition))                                                                              \
    return printf("%s (errno %d)\n", #condition, errno)

int main(void)
{
    struct memrestrict_usage usage;
    bool active = memrestrict_active();
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    char *text = memrestrict_pool_strdup(pool, "a word");
    unsigned char *block = (unsigned char *)memrestrict_pool_alloc(pool, 100);
    CHECK(pool != NULL && text != NULL && block != NULL && (uintptr_t)block % 16 == 0);
    CHECK(block[0] == 0 && block[99] == 0 && text[6] == 0);
    block[99] = 1;
    CHECK(memrestrict_pool_owns(pool, text + 6) && memrestrict_pool_owns(pool, block + 99));
    CHECK(!memrestrict_pool_owns(pool, &usage) && !memrestrict_pool_owns(pool, NULL));
    CHECK(memrestrict_usage_get(&usage, sizeof usage) == active);
    errno = 0;
    CHECK(memrestrict_pool_seal(pool) == active && errno == (active ? 0 : ENOSYS));
    CHECK(memrestrict_pool_unseal(pool) == active && errno == (active ? 0 : ENOSYS));
    CHECK(memrestrict_pool_alloc(pool, SIZE_MAX) == NULL && errno == ENOMEM);
    CHECK(memrestrict_pool_alloc(NULL, 1) == NULL && errno == EINVAL);
    memrestrict_pool_destroy(pool);
    memrestrict_pool_destroy(NULL);
    return !active;
}
