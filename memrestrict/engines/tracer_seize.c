/* SPDX-License-Identifier: MIT
 *
 * Processes that run already: taken hold of, waited for beside other children of the command, and
 * let go. They have no filter of ours, or it is not known yet: they stop at every call, until a
 * stop by the filter says that there is one.
 */
#include "engines/tracer_inside.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int tracer_status_of(const siginfo_t *info)
{
    switch (info->si_code) {
    case CLD_EXITED: return W_EXITCODE(info->si_status, 0);
    case CLD_KILLED: return info->si_status;
    case CLD_DUMPED: return info->si_status | WCOREFLAG;
    default: return info->si_status << 8 | 0x7f;
    }
}

/* Stops of children that are not traced concern nobody but the program's own. */
static int next_stop(struct tracer *tracer, int *status)
{
    siginfo_t info = {0};
    while (waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG | __WALL) == 0 && info.si_pid != 0) {
        *status = tracer_status_of(&info);
        if (tracee_find(tracer, info.si_pid) != NULL || *status >> 16 != 0)
            return info.si_pid;
        if (info.si_pid == tracer->pid && tracer->options.on_stop != NULL)
            tracer->options.on_stop(tracer->options.context, info.si_status);
        info = (siginfo_t){0};
    }
    return 0;
}

/* One that has gone without a word was waited for by somebody else, or, by exec, goes by the number
 * of its process now. */
static int next_death(struct tracer *tracer, int *status)
{
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)tracee->tid, &info, WEXITED | WNOHANG | __WALL) == 0) {
            *status = tracer_status_of(&info);
            if (info.si_pid == tracee->tid)
                return tracee->tid;
        } else if (errno == ECHILD) {
            *status = W_EXITCODE(0, SIGKILL);
            return tracee->tid;
        }
    }
    return 0;
}

int tracer_next_seized(struct tracer *tracer, int *status, int flags)
{
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    for (;;) {
        int tid = next_stop(tracer, status);
        if (tid == 0)
            tid = next_death(tracer, status);
        if (tid != 0 || (flags & WNOHANG))
            return tid;
        nanosleep(&moment, NULL);
    }
}

static struct tracee *seize(struct tracer *tracer, int tid, int tgid, int options)
{
    if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)(uintptr_t)options) != 0)
        return NULL;
    struct tracee *tracee = tracer_family_outsider(tracer, tid, tgid);
    if (tracee != NULL)
        tracee->unfiltered = true;
    else
        errno = ENOMEM;
    return tracee;
}

bool tracer_adopt(struct tracer *tracer, int tid, int tgid)
{
    return tracee_find(tracer, tid) != NULL || seize(tracer, tid, tgid, TRACER_OPTIONS) != NULL;
}

/* It stops now, to be seen at each call: should it make no child after all, it is let go soon. */
bool tracer_borrow(struct tracer *tracer, int tid, int tgid)
{
    if (tracee_find(tracer, tid) != NULL)
        return true;
    struct tracee *tracee = seize(tracer, tid, tgid, TRACER_OPTIONS & ~PTRACE_O_EXITKILL);
    if (tracee == NULL)
        return false;
    tracee->lends = true;
    return ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0;
}
