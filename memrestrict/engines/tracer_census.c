/* SPDX-License-Identifier: MIT
 *
 * Who is traced, and how much processor time they used. A process's clock has all of its threads,
 * those that ended too, and can be read until it is waited for.
 */
#include "engines/tracer_inside.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_of(int pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t tracer_cpu(const struct tracer *tracer)
{
    uint64_t sum = tracer->dead_cpu;
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        if (tracee->tid == tracee->tgid)
            sum += clock_of(tracee->tid);
    }
    return sum;
}

static uint64_t resident_of(int pid)
{
    char path[64], line[256];
    uint64_t sum = 0, kilobytes;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "RssAnon: %" SCNu64, &kilobytes) == 1 ||
            sscanf(line, "VmSwap: %" SCNu64, &kilobytes) == 1 ||
            sscanf(line, "VmPTE: %" SCNu64, &kilobytes) == 1)
            sum += kilobytes * 1024;
    if (file != NULL)
        fclose(file);
    return sum;
}

uint64_t tracer_resident(const struct tracer *tracer)
{
    uint64_t most = 0;
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        uint64_t bytes = tracee->tid == tracee->tgid ? resident_of(tracee->tid) : 0;
        most = bytes > most ? bytes : most;
    }
    return most;
}

bool tracer_has(const struct tracer *tracer, int tid, bool process)
{
    const struct tracee *tracee = tracee_find((struct tracer *)tracer, tid);
    return tracee != NULL && (!process || tracee->tgid == tid);
}

bool tracer_has_group(const struct tracer *tracer, int group)
{
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        if (tracee->tid == tracee->tgid && getpgid(tracee->tid) == group)
            return true;
    }
    return false;
}

/* A signal that comes stays the thread's until it goes on with it: should we die in between, it is
 * not lost. */
static int next_attached(int *status, int flags)
{
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL | flags) != 0)
        return -1;
    if (info.si_pid == 0)
        return 0;
    *status = tracer_status_of(&info);
    bool is_signal = WIFSTOPPED(*status) && *status >> 16 == 0 && !(info.si_status & 0x80);
    return is_signal ? info.si_pid : waitpid(info.si_pid, status, __WALL | flags);
}

/* The dead are looked at before they are waited for. */
int tracer_next_change(struct tracer *tracer, int *status, int flags)
{
    siginfo_t info = {0};
    if (tracer->options.seizes)
        return tracer_next_seized(tracer, status, flags);
    if (tracer->options.leaves)
        return next_attached(status, flags);
    if (!tracer->options.count_cpu)
        return waitpid(-1, status, __WALL | flags);
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL | flags) != 0)
        return -1;
    if (info.si_pid == 0)
        return 0;
    bool dead =
        info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
    if (dead && tracer_has(tracer, info.si_pid, true))
        tracer->dead_cpu += clock_of(info.si_pid);
    return waitpid(info.si_pid, status, __WALL | flags);
}
