/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t forks;

static void fork_once(void)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void fork_again(int signal)
{
    (void)signal;
    fork_once();
    forks++;
}

int main(void)
{
    struct sigaction action = {.sa_handler = fork_again, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (forks < 2000)
        fork_once();
    setitimer(ITIMER_REAL, &never, NULL);
    free(malloc(1000));
    return 0;
}
