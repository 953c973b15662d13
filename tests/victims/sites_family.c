/* SPDX-License-Identifier: MIT
 *
 * A parent keeps 1 MiB and forks; the child frees that, and keeps 2 MiB of its own; then the parent
 * keeps 3 MiB more.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTION __attribute__((noinline, noclone))

static char *volatile parents, *volatile childs, *volatile more;

FUNCTION static void parent_keeps(void) { parents = malloc(1 << 20); }
FUNCTION static void child_keeps(void) { childs = malloc(2 << 20); }
FUNCTION static void parent_keeps_more(void) { more = malloc(3 << 20); }

int main(void)
{
    parent_keeps();
    pid_t pid = fork();
    if (pid == 0) {
        free(parents);
        child_keeps();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    parent_keeps_more();
    return 0;
}
