/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>

static char stack[1 << 16];
static volatile sig_atomic_t seen;
static struct memrestrict_pool *pool;

static void mend(int number)
{
    sigset_t blocked;
    char here;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    seen = &here > stack && &here < stack + sizeof stack && sigismember(&blocked, SIGUSR1) == 1 &&
           sigismember(&blocked, number) == 1;
    memrestrict_pool_unseal(pool);
}

/* On its own stack, with its signals blocked, once (SA_RESETHAND); what it mends goes on. */
int main(void)
{
    struct sigaction action = {.sa_handler = mend, .sa_flags = SA_ONSTACK | SA_RESETHAND}, now;
    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    pool = memrestrict_pool_create("config", 0);
    volatile char *block = memrestrict_pool_alloc(pool, 100);
    sigaddset(&action.sa_mask, SIGUSR1);
    CHECK(sigaltstack(&own, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    CHECK(memrestrict_pool_seal(pool));
    *block = 1;
    CHECK(seen == 1 && *block == 1);
    CHECK(sigaction(SIGSEGV, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    return 0;
}
