/* SPDX-License-Identifier: MIT
 * Its child crashes when an allocation fails, and it hides that. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void in_child(void)
{
    char *block = malloc(501);
    block[0] = 1;
    free(block);
    _exit(0);
}

int main(void)
{
    int status, pid = fork();
    if (pid == 0)
        in_child();
    return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : 1;
}
