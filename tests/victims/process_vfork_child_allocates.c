/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

static char *volatile block;

int main(void)
{
    int status;
    uint64_t before = used();
    pid_t child = vfork();
    if (child == 0) {
        block = malloc(3 * MIB);
        _exit(block == NULL || malloc(1024 * MIB) != NULL);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(used() == before + 3 * MIB); /* it is in this address space */
    free(block);
    CHECK(used() == before && refusals() == 1);
    return 0;
}
