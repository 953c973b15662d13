/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <sys/wait.h>

/* Parent and child hold, and are refused, different things. */
int main(void)
{
    int status;
    CHECK(malloc(1000) != NULL);
    CHECK(malloc(usage().limit + 1) == NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(malloc(200) != NULL);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    say("%d\n%d\n", (int)getpid(), (int)child);
    return 0;
}
