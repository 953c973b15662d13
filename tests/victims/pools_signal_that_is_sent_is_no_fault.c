/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>

/* Ignored, it stays so; and then it ends the program, as it would without the library. */
int main(void)
{
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    memrestrict_pool_alloc(pool, 1);
    signal(SIGSEGV, SIG_IGN);
    CHECK(memrestrict_pool_seal(pool));
    raise(SIGSEGV);
    signal(SIGSEGV, SIG_DFL);
    CHECK(memrestrict_pool_seal(pool));
    raise(SIGSEGV);
    return 0;
}
