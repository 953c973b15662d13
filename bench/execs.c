/* SPDX-License-Identifier: MIT
 *
 * execs [vfork]: how many microseconds a call of execve takes that the kernel refuses, in the
 * median: all that precedes the exec of a program is in it, and nothing of what follows. With
 * "vfork" it is a child of vfork that calls.
 */
#include "bench.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { CALLS = 4000 };

static double times[CALLS];

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void call_often(char *path)
{
    char *arguments[] = {path, NULL};
    for (int i = 0; i < CALLS; i++) {
        double began = now();
        execve(path, arguments, environ);
        times[i] = now() - began;
    }
    qsort(times, CALLS, sizeof *times, by_size);
    printf("%.1f\n", times[CALLS / 2]);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/execs.XXXXXX";
    int file = mkstemp(path);
    bool is_child = argc > 1 && strcmp(argv[1], "vfork") == 0;
    if (file < 0 || write(file, "no program\n", 11) != 11 || fchmod(file, 0700) != 0)
        fail(path);
    close(file);
    if (is_child && vfork() != 0) {
        wait(NULL);
        unlink(path);
        return 0;
    }
    call_often(path);
    if (is_child)
        _exit(0);
    unlink(path);
    return 0;
}
