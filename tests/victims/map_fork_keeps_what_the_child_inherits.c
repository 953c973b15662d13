/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/wait.h>

int main(void)
{
    int status;
    char *memory = map_rw(8 * PAGE), *reserved = map_none(4 * PAGE);
    struct counts before = counts();
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(both_grew(before, 0));
        unmap(memory + PAGE, 2 * PAGE);
        CHECK(both_grew(before, -2 * (int64_t)PAGE));
        CHECK(mprotect(reserved, PAGE, RW) == 0);
        CHECK(both_grew(before, -(int64_t)PAGE));
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(both_grew(before, 0));
    return 0;
}
