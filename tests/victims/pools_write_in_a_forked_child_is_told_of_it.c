/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

/* What is told is its number: the parent writes what it should be. */
int main(void)
{
    int status;
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    volatile char *block = memrestrict_pool_alloc(pool, 100);
    memrestrict_pool_seal(pool);
    pid_t child = fork();
    if (child == 0)
        *block = 1;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    printf("(process %d): ", child);
    return WTERMSIG(status) != 11 || *block != 0;
}
