/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <sys/wait.h>

extern char **environ;

/* Overwrites the strings themselves, as programs do that change what ps shows of them, and has a
 * child. */
int main(void)
{
    int status;
    for (char **entry = environ; *entry != NULL; entry++)
        memset(*entry, 'x', strlen(*entry));
    CHECK(clearenv() == 0);
    pid_t child = fork();
    if (child == 0)
        exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    say("%d\n%d\n", (int)getpid(), (int)child);
    return 0;
}
