/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <signal.h>
#include <sys/wait.h>

/* Runs itself as a child that is refused twice: it stops at the first, and only there. */
int main(int argc, char **argv)
{
    int status;
    if (argc > 1) {
        CHECK(malloc(usage().limit + 1) == NULL && errno == ENOMEM);
        CHECK(malloc(usage().limit + 1) == NULL && errno == ENOMEM);
        _exit(7);
    }
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", argv[0], "child", (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(child, &status, WUNTRACED) == child);
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK(kill(child, SIGCONT) == 0);
    CHECK(waitpid(child, &status, WUNTRACED) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    return 0;
}
