/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

static void set_from_outside(const char *command, const char *limit)
{
    char line[4096];
    snprintf(line, sizeof line, "%s set %d %s >&2", command, getpid(), limit);
    CHECK(system(line) == 0);
}

static bool is_highest(uint64_t limit)
{
    return memrestrict_limit_set(MEMRESTRICT_UNLIMITED) && usage().limit == limit &&
           memrestrict_limit_set(limit + 1) && usage().limit == limit &&
           memrestrict_limit_set(limit - 1) && usage().limit == limit - 1 &&
           memrestrict_limit_set(limit) && usage().limit == limit;
}

/* The argument is the command, which limits it to 4 MiB. */
int main(int count, char **arguments)
{
    int status;
    CHECK(count == 2 && is_highest(4 * MIB));
    set_from_outside(arguments[1], "2M");
    CHECK(usage().limit == 2 * MIB && is_highest(2 * MIB));
    pid_t child = fork();
    if (child == 0)
        _exit(is_highest(2 * MIB) ? 0 : 1);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    set_from_outside(arguments[1], "8M");
    CHECK(usage().limit == 8 * MIB && is_highest(8 * MIB));
    return 0;
}
