/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

static char stack[64 * 1024] __attribute__((aligned(16)));
static char *block;

static int allocate(void *unused)
{
    (void)unused;
    block = malloc(3 * MIB);
    return block == NULL;
}

int main(void)
{
    int status;
    uint64_t before = used();
    pid_t child = clone(allocate, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(used() == before + 3 * MIB);
    free(block);
    CHECK(used() == before);
    return 0;
}
