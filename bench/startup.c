/* SPDX-License-Identifier: MIT
 *
 * startup COUNT [PROGRAM [ARGUMENT]...]: starts a program COUNT times, one after the other; without
 * one, itself, which does nothing when it has no arguments.
 */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static void start(char **command)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        execv(command[0], command);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        fail("waitpid");
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return 0;
    char *itself[] = {"/proc/self/exe", NULL};
    for (size_t left = argument(argv, 1); left > 0; left--)
        start(argc > 2 ? argv + 2 : itself);
    return 0;
}
