/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

int main(void)
{
    int status;
    char *block = malloc(3 * MIB);
    CHECK(block != NULL && malloc(1024 * MIB) == NULL);
    struct memrestrict_usage parent = usage();
    CHECK(parent.used >= 3 * MIB && parent.refusals == 1);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(usage().used == parent.used && usage().limit == parent.limit);
        CHECK(refusals() == 0);
        free(block);
        CHECK(used() == parent.used - 3 * MIB && usage().unknown == 0);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(used() == parent.used && refusals() == 1);
    return 0;
}
