/* SPDX-License-Identifier: MIT
 *
 * Threads in calls that signal(7) says go on after a stop, one in an endless loop, one that maps
 * and unmaps, one that asks for 512 MiB, one that makes threads, one that spawns, and one that
 * sends itself signals, each of which is to be handled before the call returns. Prints a line if
 * any of that is not so, and nothing else; makes the file "ready" when all are there, and counts
 * rounds in "rounds".
 */
#include "engine.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;
static atomic_long handled, spins;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

static void ended(const char *call, long result)
{
    char line[100];
    int length = snprintf(line, sizeof line, "%s ended: %ld, errno %d\n", call, result, errno);
    if (write(1, line, (size_t)length) != length)
        _exit(9);
}

static void *polls(void *none)
{
    for (;;)
        ended("poll", poll(NULL, 0, -1));
    return none;
}

static void *sleeps(void *none)
{
    struct timespec hour = {.tv_sec = 3600};
    for (;;)
        ended("nanosleep", nanosleep(&hour, NULL));
    return none;
}

static void *reads(void *none)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        _exit(9);
    for (;;)
        ended("read", read(ends[0], &byte, 1));
    return none;
}

static void *waits(void *none)
{
    static int word;
    for (;;)
        ended("futex", syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0));
    return none;
}

static void *spin(void *none)
{
    for (;;)
        spins++;
    return none;
}

static void *maps(void *none)
{
    for (;;) {
        char *block = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED || munmap(block, 4096) != 0)
            ended("mmap", -1);
    }
    return none;
}

/* Granted or not, nothing else may come of it. */
static void *asks_for_much(void *none)
{
    enum { MUCH = 512 << 20 };
    for (;;) {
        char *block = mmap(NULL, MUCH, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block == MAP_FAILED ? errno != ENOMEM : munmap(block, MUCH) != 0)
            ended("a large mmap", -1);
        long now = syscall(SYS_brk, 0), end = syscall(SYS_brk, now + MUCH);
        if (end != now && (end != now + MUCH || syscall(SYS_brk, now) != now))
            ended("brk", end - now);
    }
    return none;
}

static void *nothing(void *none) { return none; }

static void *makes_threads(void *none)
{
    pthread_t thread;
    for (;;) {
        int error = pthread_create(&thread, NULL, nothing, NULL);
        if (error != 0 || pthread_join(thread, NULL) != 0)
            ended("pthread_create", error);
    }
    return none;
}

static void *spawns(void *none)
{
    static char name[] = "true";
    char *argv[] = {name, NULL};
    for (;;) {
        pid_t child;
        int status = -1, error = posix_spawnp(&child, name, NULL, NULL, argv, environ);
        if (error != 0 || waitpid(child, &status, 0) != child || status != 0)
            ended("posix_spawn", status);
    }
    return none;
}

static void *signals(void *none)
{
    for (;;) {
        long before = handled;
        syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGRTMIN);
        if (handled != before + 1)
            ended("tgkill", handled - before);
    }
    return none;
}

int main(void)
{
    void *(*const all[])(void *) = {polls, sleeps,        reads,  waits,   spin,
                                    maps,  makes_threads, spawns, signals, asks_for_much};
    struct sigaction act = {.sa_handler = handle};
    sigaction(SIGRTMIN, &act, NULL);
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, all[i], NULL) != 0)
            return 1;
    }
    int fd = open("rounds", O_WRONLY | O_CREAT, 0600);
    say_ready();
    for (long last = -1;;) { /* a round is over when each of those that go on has gone on */
        if (handled != last && write(fd, ".", 1) != 1)
            return 1;
        last = handled;
        usleep(10000);
    }
}
