/* SPDX-License-Identifier: MIT
 *
 * measure SECONDS OUTPUT [NAME=VALUE]... COMMAND [ARGUMENT]...
 *
 * Runs COMMAND with these variables in its environment, its output in the file OUTPUT, and kills
 * it after SECONDS. Prints one line: how it ended (ok, exit-STATUS, signal-NUMBER, timeout),
 * seconds by the clock, user and system CPU seconds of it and its children, its largest resident
 * memory in KiB.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct outcome {
    double wall, cpu;
    long resident;
    int status;
    bool timed_out;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* A group of its own, so that all of it can be killed; and signals as they were. */
static pid_t start(char **command, const char *output, const sigset_t *mask)
{
    pid_t child;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    errno = posix_spawnp(&child, command[0], &actions, &attributes, command, environ);
    if (errno != 0)
        fail(command[0]);
    return child;
}

/* Until the child ends, or the time is over, or somebody wants us to end. */
static bool in_time(pid_t child, const sigset_t *awaited, time_t limit)
{
    struct timespec time = {.tv_sec = limit};
    int signal;
    do
        signal = sigtimedwait(awaited, NULL, &time);
    while (signal < 0 && errno == EINTR);
    if (signal == SIGCHLD)
        return true;
    kill(-child, SIGKILL);
    if (signal > 0)
        exit(128 + signal);
    return false;
}

static struct outcome run(char **command, const char *output, time_t limit)
{
    struct outcome outcome;
    struct rusage usage;
    sigset_t awaited, mask;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    sigprocmask(SIG_BLOCK, &awaited, &mask);
    double begin = now();
    pid_t child = start(command, output, &mask);
    outcome.timed_out = !in_time(child, &awaited, limit);
    wait4(child, &outcome.status, 0, &usage);
    outcome.wall = now() - begin;
    outcome.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    outcome.resident = usage.ru_maxrss;
    return outcome;
}

static void print(const struct outcome *outcome)
{
    if (outcome->timed_out)
        printf("timeout");
    else if (WIFSIGNALED(outcome->status))
        printf("signal-%d", WTERMSIG(outcome->status));
    else if (WEXITSTATUS(outcome->status) != 0)
        printf("exit-%d", WEXITSTATUS(outcome->status));
    else
        printf("ok");
    printf(" %.6f %.6f %ld\n", outcome->wall, outcome->cpu, outcome->resident);
}

int main(int argc, char **argv)
{
    time_t limit = (time_t)argument(argv, 1);
    char **command = argv + (argc > 2 ? 3 : argc);
    for (; *command != NULL && strchr(*command, '=') != NULL; command++)
        putenv(*command);
    if (*command == NULL) {
        fprintf(stderr, "measure: no command\n");
        return 2;
    }
    struct outcome outcome = run(command, argv[2], limit);
    print(&outcome);
    return 0;
}
