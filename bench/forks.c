/* SPDX-License-Identifier: MIT
 *
 * forks COUNT BYTES: a process with BYTES of heap, in blocks of 1 KiB, forks COUNT children, one
 * after the other, which end at once.
 */
#include "bench.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 1024 };

static void fork_once(void)
{
    int status;
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        _exit(0);
    if (waitpid(child, &status, 0) != child || status != 0)
        fail("waitpid");
}

int main(int argc, char **argv)
{
    (void)argc;
    size_t left = argument(argv, 1);
    for (size_t blocks = argument(argv, 2) / BLOCK; blocks > 0; blocks--)
        memset(checked_malloc(BLOCK), 1, BLOCK);
    for (; left > 0; left--)
        fork_once();
    return 0;
}
