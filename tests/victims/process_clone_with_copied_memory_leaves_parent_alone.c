/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static char stack[64 * 1024] __attribute__((aligned(16)));

static int allocate(void *before)
{
    char *block = malloc(3 * MIB);
    CHECK(block != NULL && used() == *(uint64_t *)before + 3 * MIB);
    return 0;
}

int main(void)
{
    int status;
    uint64_t before = used();
    pid_t child = clone(allocate, stack + sizeof stack, SIGCHLD, &before);
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(used() == before);
    return 0;
}
