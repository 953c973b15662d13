/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <spawn.h>
#include <sys/wait.h>

/* This process holds 8 MiB of the 10 that its limit allows; each of its children can have 8 too. */
extern char **environ;

static void expect_success(pid_t child)
{
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static pid_t by_fork(char *const argv[])
{
    pid_t child = fork();
    if (child == 0)
        execv("/proc/self/exe", argv);
    return child;
}

static pid_t by_vfork(char *const argv[])
{
    pid_t child = vfork();
    if (child == 0) {
        execv("/proc/self/exe", argv);
        _exit(1);
    }
    return child;
}

static pid_t by_spawn(char *const argv[])
{
    pid_t child;
    CHECK(posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ) == 0);
    return child;
}

int main(int argc, char **argv)
{
    char *again[] = {argv[0], "last", NULL}, *child[] = {argv[0], "child", "last", NULL};
    CHECK(used() < MIB && refusals() == 0);
    char *block = malloc(8 * MIB);
    CHECK(block != NULL && malloc(8 * MIB) == NULL);
    if (argc == 2)
        return 0;
    if (argc == 3)
        return execv("/proc/self/exe", again);
    uint64_t before = used();
    expect_success(by_fork(child));
    expect_success(by_vfork(child));
    expect_success(by_spawn(child));
    CHECK(system("exit 3") == 3 << 8);
    CHECK(used() == before && refusals() == 1);
    return 0;
}
