/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

#define SAID_NEXT "next"

/* glibc finds a block freed twice in a row, and says so, and that ends the process: at the second
 * free, not at some later one. */
static void free_twice(int told)
{
    void *block = malloc(100);
    CHECK(dup2(told, 2) == 2);
    free(block);
    free(block);
    dprintf(2, SAID_NEXT);
    _exit(0);
}

int main(void)
{
    char said[1000] = "";
    int told[2], status;
    CHECK(pipe(told) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        free_twice(told[1]);
    close(told[1]);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(read(told[0], said, sizeof said - 1) > 0);
    CHECK(strcmp(said, SAID_NEXT) == 0 ? dlsym(RTLD_DEFAULT, "gnu_get_libc_version") == NULL
                                       : WIFSIGNALED(status) && strstr(said, SAID_NEXT) == NULL);
    return 0;
}
