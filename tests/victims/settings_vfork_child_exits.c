/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <sys/wait.h>

int main(void)
{
    int status;
    pid_t child = vfork();
    if (child == 0)
        _exit(9);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 9);
    CHECK(malloc(5000) != NULL); /* shows in the parent's report only */
    say("%d\n", (int)getpid());
    return 0;
}
