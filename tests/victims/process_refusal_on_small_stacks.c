/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

enum { SMALL = 8192 }; /* SIGSTKSZ as it was compiled into programs for decades */

static volatile sig_atomic_t handled;

static void be_refused(int signal)
{
    (void)signal;
    CHECK(malloc(1024 * MIB) == NULL);
    CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    handled++;
}

static void *thread_main(void *unused)
{
    be_refused(0);
    return unused;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t least;
    struct sigaction action = {.sa_handler = be_refused, .sa_flags = SA_ONSTACK};
    char *memory = mmap(NULL, 2 * SMALL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mprotect(memory + SMALL, SMALL, PROT_READ | PROT_WRITE) == 0);
    stack_t stack = {.ss_sp = memory + SMALL, .ss_size = SMALL};
    if (sigaltstack(&stack, NULL) != 0) /* this processor's registers do not fit */
        return 77;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0);
    CHECK(pthread_attr_init(&least) == 0);
    CHECK(pthread_attr_setstacksize(&least, PTHREAD_STACK_MIN) == 0);
    CHECK(pthread_create(&thread, &least, thread_main, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(handled == 2 && refusals() == 4);
    return 0;
}
