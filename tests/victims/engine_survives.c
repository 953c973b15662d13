/* SPDX-License-Identifier: MIT
 *
 * Does one thing that a tracer can get wrong, engine_survives THING, and prints "ok" if all was as
 * it is without one. What it maps it also writes to.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, MEBIBYTE = 1 << 20 };
static char *self;

static char *map(size_t size)
{
    char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED)
        at[0] = at[size - 1] = 1;
    return at;
}

static int churn(int times)
{
    for (int i = 0; i < times; i++) {
        char *at = map(2 * PAGE);
        if (at == MAP_FAILED || munmap(at, 2 * PAGE) != 0)
            return 0;
    }
    return 1;
}

static int ends_with(pid_t pid, int status)
{
    int got;
    return waitpid(pid, &got, 0) == pid && WIFEXITED(got) && WEXITSTATUS(got) == status;
}

/* Each of four makes four, and so on; all change their mappings meanwhile. */
static int forks(int depth)
{
    enum { EACH = 4 };
    pid_t children[EACH];
    int fine = 1;
    for (int i = 0; i < EACH; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(churn(20) && (depth == 0 || forks(depth - 1)) ? 7 : 1);
    }
    for (int i = 0; i < EACH; i++)
        fine &= children[i] > 0 && ends_with(children[i], 7);
    return fine;
}

static int storm(void) { return forks(3); }

/* Each tick asks for the next one, so that a slow machine does not drown in them: one that is lost
 * ends the row. */
enum { TICKS = 400, LONGEST = 100 * 1000 };
static atomic_int struck;
static void ask_for_tick(void)
{
    struct itimerval soon = {{0, 0}, {0, 100}};
    setitimer(ITIMER_REAL, &soon, NULL);
}

static void strike(int signal)
{
    struck += signal != 0;
    char *at = struck % 10 == 0 ? map(PAGE) : MAP_FAILED;
    if (at != MAP_FAILED)
        munmap(at, PAGE);
    if (struck < TICKS)
        ask_for_tick();
}

static int timers(void)
{
    struct sigaction action = {.sa_handler = strike, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    ask_for_tick();
    int fine = forks(0);
    for (int i = 0, last = 0; fine && struck < TICKS; i++) {
        fine = churn(1) && i < LONGEST;
        i = struck != last ? 0 : i;
        last = struck;
    }
    return fine && struck == TICKS;
}

static void *becomes(void *nothing)
{
    execl(self, self, "said", (char *)NULL);
    return nothing;
}

static void *churns(void *stop)
{
    while (!*(atomic_int *)stop)
        if (!churn(10))
            abort();
    return NULL;
}

static int thread_exec(void)
{
    static atomic_int stop;
    pthread_t thread;
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, churns, &stop);
    pthread_create(&thread, NULL, becomes, NULL);
    pthread_join(thread, NULL);
    return 0;
}

static void *outlives(void *nothing)
{
    struct timespec pause = {0, 50 * 1000 * 1000};
    nanosleep(&pause, NULL);
    if (churn(50) && write(1, "ok\n", 3) == 3)
        exit(0);
    return nothing;
}

static int leader_first(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, outlives, NULL);
    pthread_exit(NULL);
}

static int vforks(void)
{
    for (int i = 0; i < 50; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            execl(self, self, "nothing", (char *)NULL);
            _exit(1);
        }
        if (!ends_with(pid, 0) || !churn(5))
            return 0;
    }
    return 1;
}

/* In the memory of its parent. */
static char *taken;
static int takes(void *nothing)
{
    taken = map(MEBIBYTE);
    return taken != MAP_FAILED && nothing == NULL ? 7 : 1;
}

static int shares_memory(void)
{
    static char stack[64 * 1024];
    for (int i = 0; i < 20; i++) {
        pid_t pid = clone(takes, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
        if (pid < 0 || !ends_with(pid, 7) || taken[MEBIBYTE - 1] != 1)
            return 0;
        munmap(taken, MEBIBYTE);
    }
    return 1;
}

/* The next stop waits until it was seen that the last has ended: it would be all that there is to
 * see. */
static int job_control(void)
{
    int status, turns[2];
    char turn = 0;
    pid_t pid = pipe(turns) == 0 ? fork() : -1;
    if (pid == 0) {
        for (int i = 0; i < 5; i++)
            if (raise(i % 2 ? SIGTSTP : SIGSTOP) != 0 || read(turns[0], &turn, 1) != 1)
                _exit(1);
        _exit(churn(10) ? 7 : 1);
    }
    for (int i = 0; i < 5; i++) {
        if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
            WSTOPSIG(status) != (i % 2 ? SIGTSTP : SIGSTOP))
            return 0;
        kill(pid, SIGCONT);
        if (waitpid(pid, &status, WCONTINUED) != pid || !WIFCONTINUED(status) ||
            write(turns[1], &turn, 1) != 1)
            return 0;
    }
    return ends_with(pid, 7);
}

/* Children are killed at any moment; then what they had can be had again. */
static int kills(void)
{
    for (int i = 0; i < 40; i++) {
        pid_t pid = fork();
        if (pid == 0)
            for (;;) {
                map(PAGE);
                churn(1);
            }
        struct timespec pause = {0, 1000 * 1000 * (i % 7)};
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return map(4 * MEBIBYTE) != MAP_FAILED;
}

/* EINTR is the program's own affair: nobody else may make it. */
static void *waits(void *nothing)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        return nothing;
    pid_t pid = fork();
    if (pid == 0) {
        churn(200);
        _exit(write(ends[1], "x", 1) == 1 ? 7 : 1);
    }
    ssize_t got = read(ends[0], &byte, 1);
    return got == 1 && ends_with(pid, 7) ? self : NULL;
}

static int interrupted(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    int fine = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, waits, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        fine &= result == self;
    }
    return fine;
}

static int taken_place(void)
{
    char *at = map(PAGE);
    while (map(MEBIBYTE) != MAP_FAILED)
        ;
    return mmap(at, MEBIBYTE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | 0x100000 /* MAP_FIXED_NOREPLACE */, -1,
                0) == MAP_FAILED &&
           errno == EEXIST;
}

/* More than the tracer can serve, until it is ended. */
static int busy(void)
{
    for (int i = 0; i < 32; i++)
        if (fork() == 0)
            break;
    while (churn(1))
        ;
    return 0;
}

static char **rest;
static int starts(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        execv(rest[0], rest);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    exit(0);
}

static int sleeps(void)
{
    pause();
    return 0;
}

static int nothing(void) { exit(0); }
static int said(void) { return 1; }

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*does)(void);
    } things[] = {{"storm", storm},
                  {"timers", timers},
                  {"thread-exec", thread_exec},
                  {"leader-first", leader_first},
                  {"vforks", vforks},
                  {"shares-memory", shares_memory},
                  {"job-control", job_control},
                  {"kills", kills},
                  {"interrupted", interrupted},
                  {"taken-place", taken_place},
                  {"busy", busy},
                  {"starts", starts},
                  {"sleeps", sleeps},
                  {"nothing", nothing},
                  {"said", said}};
    self = argv[0];
    rest = argv + (argc > 2 ? 2 : argc);
    for (unsigned i = 0; i < sizeof things / sizeof things[0]; i++)
        if (argc > 1 && strcmp(argv[1], things[i].name) == 0) {
            puts(things[i].does() ? "ok" : "wrong");
            return 0;
        }
    return 99;
}
