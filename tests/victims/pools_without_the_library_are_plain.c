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

static int use_scopes(bool active)
{
    struct memrestrict_usage usage;
    struct memrestrict_live live[4];
    errno = 0;
    struct memrestrict_scope *scope = memrestrict_scope_create("request", 1000);
    CHECK((scope != NULL) == active && errno == (active ? 0 : ENOSYS));
    CHECK(memrestrict_scope_enter(scope) == active && errno == (active ? 0 : ENOSYS));
    void *volatile block = malloc(600), *volatile more = malloc(600);
    CHECK(block != NULL && (more == NULL) == active);
    CHECK(memrestrict_scope_usage(scope, &usage, sizeof usage) == active);
    CHECK(!active || (usage.used == 600 && usage.refusals == 1));
    CHECK(memrestrict_scope_live(scope, live, 4, sizeof live[0]) == (active ? 1 : 0));
    CHECK(memrestrict_scope_push(100) == active);
    memrestrict_scope_pop();
    memrestrict_scope_leave(scope);
    memrestrict_scope_destroy(scope);
    free(block);
    free(more);
    return 0;
}

static int use_limits(bool active)
{
    int expected = active ? 0 : ENOSYS;
    errno = 0;
    CHECK(memrestrict_limit_set(MEMRESTRICT_UNLIMITED) == active && errno == expected);
    CHECK(memrestrict_soft_set(MEMRESTRICT_UNLIMITED, -1) == active && errno == expected);
    CHECK(memrestrict_peak_reset() == active && errno == expected);
    CHECK(!memrestrict_sites_write(-1) && errno == ENOSYS);
    return 0;
}

static int use_faults(bool active)
{
    struct memrestrict_failures failures;
    int rounds = 0;
    memset(&failures, 0, sizeof failures);
    MEMRESTRICT_FOREACH_FAILURE(failures)
    {
        void *volatile block = malloc(1);
        rounds++;
        free(block);
    }
    CHECK(rounds == (active ? 2 : 1) && failures.lost_blocks == 0);
    errno = 0;
    CHECK(memrestrict_fault_arm("nth=1") == active && errno == (active ? 0 : ENOSYS));
    void *volatile none = malloc(1);
    memrestrict_fault_disarm();
    CHECK((none == NULL) == active);
    free(none);
    return 0;
}

static int seal_forever(bool active)
{
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    errno = 0;
    bool sealed = memrestrict_pool_seal_forever(pool);
    CHECK((sealed && active) || errno == ENOSYS);
    memrestrict_pool_destroy(pool);
    return 0;
}

int main(void)
{
    struct memrestrict_usage usage;
    bool active = memrestrict_active();
    CHECK(use_scopes(active) == 0);
    CHECK(use_limits(active) == 0);
    CHECK(use_faults(active) == 0);
    CHECK(seal_forever(active) == 0);
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
