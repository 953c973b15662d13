/* SPDX-License-Identifier: MIT
 *
 * startup COUNT: starts a program that does nothing, COUNT times, one after the other. The program
 * is this one without arguments.
 */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

static void run_nothing(char *self)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        execv("/proc/self/exe", (char *[]){self, NULL});
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        fail("waitpid");
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return 0;
    for (size_t left = argument(argv, 1); left > 0; left--)
        run_nothing(argv[0]);
    return 0;
}
