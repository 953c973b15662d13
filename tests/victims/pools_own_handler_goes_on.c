/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf back;
static volatile char *block;
static volatile sig_atomic_t strikes;
static void *volatile where;

static void plain(int number)
{
    strikes += number == SIGSEGV;
    siglongjmp(back, 1);
}

static void whole(int number, siginfo_t *info, void *context)
{
    where = context != NULL && info->si_code == SEGV_ACCERR ? info->si_addr : NULL;
    plain(number);
}

static void strike(volatile char *at)
{
    if (sigsetjmp(back, 1) == 0)
        *at = 1;
}

/* Handlers of each kind; those of others' faults, too; then one that is set after the seal. */
int main(void)
{
    struct sigaction action = {.sa_sigaction = whole, .sa_flags = SA_SIGINFO};
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    block = memrestrict_pool_alloc(pool, 100);
    sigaction(SIGSEGV, &action, NULL);
    CHECK(memrestrict_pool_seal(pool));
    strike(block + 7);
    CHECK(strikes == 1 && where == block + 7);
    strike(block + 8);
    CHECK(strikes == 2 && where == block + 8);
    strike((volatile char *)16);
    CHECK(strikes == 3);
    signal(SIGSEGV, plain);
    strike(block);
    CHECK(strikes == 4);
    CHECK(memrestrict_pool_seal(pool));
    strike(block + 9);
    CHECK(strikes == 5 && *block == 0 && memrestrict_pool_unseal(pool));
    strike(block + 9);
    CHECK(strikes == 5 && block[9] == 1);
    return 0;
}
