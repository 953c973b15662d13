/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static int inner;

/* A fork whose handlers are at work is met by another, as from a signal at that moment. */
static void fork_inside(int signal)
{
    int status;
    (void)signal;
    if (inner++ > 0)
        return;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void prepare(void) { raise(SIGUSR1); }
static void register_handler(void) { CHECK(pthread_atfork(prepare, NULL, NULL) == 0); }

/* Registered before the library's own handlers, it runs after them: every lock is taken then. */
__attribute__((section(".preinit_array"), used)) static void (*earliest)(void) = register_handler;

int main(void)
{
    int status;
    signal(SIGUSR1, fork_inside);
    pid_t child = fork();
    CHECK(child >= 0);
    free(malloc(1000));
    CHECK(used() < MIB && inner > 0);
    if (child == 0)
        _exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    return 0;
}
