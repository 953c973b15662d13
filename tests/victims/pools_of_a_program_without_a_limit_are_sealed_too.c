/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf back;

static void jump(int number) { siglongjmp(back, number); }

static void strike(volatile char *at)
{
    if (sigsetjmp(back, 1) == 0)
        *at = 1;
}

/* MEMRESTRICT_PROGRAM names another. */
int main(void)
{
    struct memrestrict_usage none;
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    volatile char *block = memrestrict_pool_alloc(pool, 100);
    CHECK(!memrestrict_active() && !memrestrict_usage_get(&none, sizeof none));
    signal(SIGSEGV, jump);
    CHECK(block != NULL && memrestrict_pool_seal(pool));
    strike(block);
    CHECK(*block == 0);
    memrestrict_pool_destroy(pool);
    return 0;
}
