/* SPDX-License-Identifier: MIT
 *
 * tree_goes_on_after_the_run CHILDREN BYTES, in a run: a process that outlives the command forks so
 * many children, one after the other, each of which takes so much and ends. Prints how many could,
 * and whether it can have twice as much itself afterwards.
 */
#include "victim.h"

#include <signal.h>
#include <sys/wait.h>

/* The command has been reaped. */
static void wait_for_its_end(pid_t command)
{
    for (int i = 0; i < 10000 && kill(command, 0) == 0; i++)
        usleep(1000);
    CHECK(kill(command, 0) != 0 && errno == ESRCH);
}

static bool child_can(size_t bytes)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(malloc(bytes) != NULL ? 0 : 1);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return status == 0;
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    pid_t command = getppid();
    size_t bytes = (size_t)atol(argv[2]);
    int children = atoi(argv[1]), could = 0;
    if (fork() != 0)
        return 0;
    setsid();
    wait_for_its_end(command);
    for (int i = 0; i < children; i++)
        could += child_can(bytes);
    dprintf(1, "%d of %d, then %s\n", could, children,
            malloc(2 * bytes) != NULL ? "twice" : "no more");
    return 0;
}
