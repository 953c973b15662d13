/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/wait.h>

/* _Fork runs no fork handlers. */
int main(void)
{
    int status;
    pid_t (*bare_fork)(void) = (pid_t(*)(void))dlsym(RTLD_DEFAULT, "_Fork");
    if (bare_fork == NULL)
        return 77;
    uint64_t before = used();
    pid_t child = bare_fork();
    CHECK(child >= 0);
    if (child == 0) {
        char *block = malloc(3 * MIB);
        CHECK(block != NULL && used() == before + 3 * MIB);
        CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
        free(block);
        _exit(used() != before);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(used() == before && refusals() == 0);
    return 0;
}
