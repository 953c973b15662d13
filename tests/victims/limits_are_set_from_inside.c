/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

/* With a limit of 4 MiB: below that, below what is held, in a forked child, and never above. */
int main(void)
{
    int status;
    char *large, *small = malloc(100 * KIB);
    errno = 7;
    CHECK(memrestrict_limit_set(3 * MIB) && errno == 7 && usage().limit == 3 * MIB);
    CHECK((large = malloc(2 * MIB)) != NULL && malloc(MIB) == NULL && refusals() == 1);
    CHECK(memrestrict_limit_set(MIB) && used() > 2 * MIB);
    CHECK(malloc(1) == NULL && refusals() == 2);
    pid_t child = fork();
    if (child == 0)
        _exit(usage().limit == MIB && malloc(1) == NULL ? 0 : 1);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    free(large);
    CHECK((large = malloc(800 * KIB)) != NULL && malloc(200 * KIB) == NULL);
    CHECK(memrestrict_limit_set(MEMRESTRICT_UNLIMITED) && usage().limit == 4 * MIB);
    CHECK(memrestrict_limit_set(5 * MIB) && usage().limit == 4 * MIB);
    free(large);
    CHECK(malloc(4 * MIB) == NULL && (large = malloc(3 * MIB)) != NULL);
    free(large);
    free(small);
    return 0;
}
