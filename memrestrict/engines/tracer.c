/* SPDX-License-Identifier: MIT */
#include "engines/tracer.h"

#include "base/duration.h"
#include "engines/ptrace_filter.h"
#include "engines/tracer_inside.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

enum { AT_ONCE = 256 };

/* Kernels before 4.14 cannot be asked which answers of filters they know, but have this one. */
static bool has_filters(void)
{
    uint32_t action = SECCOMP_RET_TRACE;
    if (!ptrace_is_told("no-action-avail") &&
        syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
        return true;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) != 0 && errno == EFAULT;
}

bool tracer_available(const char **why)
{
    *why = NULL;
    if (!TRACED_MACHINE)
        *why = "it is not made for this kind of machine";
    else if (!has_filters())
        *why = "the kernel has no seccomp filters";
    else if (!ptrace_reads_calls())
        *why = "the kernel has no PTRACE_GET_SYSCALL_INFO (Linux 5.3)";
    else if (!tracer_family_shares_space(getpid(), getpid()))
        *why = "kcmp(2) is not to be had here";
    return *why == NULL;
}

bool tracer_is_verified(void) { return ptrace_is_told("verify"); }

struct tracer *tracer_open(const struct tracer_options *options, struct outcome *outcome)
{
    struct tracer *tracer = calloc(1, sizeof *tracer);
    if (tracer == NULL)
        return NULL;
    tracer->options = *options;
    tracer->outcome = outcome;
    tracer->tree.limit = options->shared != NULL ? UINT64_MAX : options->tree_limit;
    return tracer;
}

bool tracer_enter(void) { return ptrace_filter_install(); }

bool tracer_seize(struct tracer *tracer, int pid)
{
    tracer->pid = pid;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(uintptr_t)TRACER_OPTIONS) != 0)
        return false;
    errno = ENOMEM;
    return tracer_family_begin(tracer, pid);
}

void tracer_watch(struct tracer *tracer, int pid) { tracer->pid = pid; }

struct tracee *tracee_find(struct tracer *tracer, int tid)
{
    struct tracee *tracee;
    HASH_FIND_INT(tracer->tracees, &tid, tracee);
    return tracee;
}

struct tracee *tracee_add(struct tracer *tracer, int tid)
{
    struct tracee *tracee = calloc(1, sizeof *tracee);
    if (tracee == NULL)
        return NULL;
    tracee->tid = tid;
    HASH_ADD_INT(tracer->tracees, tid, tracee);
    if (HASH_ADDED(tracee))
        return tracee;
    free(tracee);
    return NULL;
}

void tracee_continue(int tid, int request, int signal)
{
    ptrace((enum __ptrace_request)request, tid, NULL, (void *)(uintptr_t)signal);
}

void tracee_let_go(struct tracee *tracee, int signal)
{
    tracee->left = true;
    tracee_continue(tracee->tid, PTRACE_DETACH, signal);
}

void tracee_go(struct tracee *tracee, int signal)
{
    bool every_call = tracee->lends || (tracee->unfiltered && !tracee->space->outside);
    bool stops = every_call || tracee->answer.is_due;
    tracee_continue(tracee->tid, stops ? PTRACE_SYSCALL : PTRACE_CONT, signal);
}

void tracee_kill(int tid) { kill(tid, SIGKILL); }

static void give_up(struct tracer *tracer, struct tracer_space *space, const char *why)
{
    if (space->outside)
        return;
    outcome_warn(tracer->outcome, "%s (process %d) is limited no more: %s",
                 space->row.program != NULL ? space->row.program : "a program", space->row.pid,
                 why);
    space_clear(&space->space);
    space->space.tree = NULL;
    space->outside = true;
    space->row.coverage = COVERAGE_NONE;
    space->row.why = why;
}

void tracer_condemn(struct tracer *tracer, const struct tracee *tracee, const char *why)
{
    if (tracer->options.leaves) {
        give_up(tracer, tracee->space, why);
        return;
    }
    outcome_warn(tracer->outcome, "%s (process %d) was ended: %s",
                 tracee->space->row.program != NULL ? tracee->space->row.program : "a program",
                 tracee->tgid, why);
    tracee_kill(tracee->tgid);
}

static bool is_stop_signal(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* The first stop of a new thread, a stop of the whole process, or its end. */
static void on_trap(struct tracer *tracer, struct tracee *tracee, int signal)
{
    tracee->space->stale |= tracee->late;
    tracee->late = false;
    if (!is_stop_signal(signal)) {
        tracee_go(tracee, 0);
        return;
    }
    tracee_continue(tracee->tid, PTRACE_LISTEN, 0);
    if (tracee->tid == tracer->pid && tracer->options.on_stop != NULL)
        tracer->options.on_stop(tracer->options.context, signal);
}

/* The parent stands still until its child is known: the child begins with what the parent has now.
 */
static void on_child(struct tracer *tracer, struct tracee *parent)
{
    unsigned long child = 0;
    int status;
    tracer->maker = parent;
    if (ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &child) == 0 &&
        tracee_find(tracer, (int)child) == NULL && waitpid((int)child, &status, __WALL) > 0)
        tracer_change(tracer, (int)child, status);
    tracer->maker = NULL;
    if (parent->lends) {
        ptrace(PTRACE_SETOPTIONS, (int)child, NULL, (void *)(uintptr_t)TRACER_OPTIONS);
        tracee_let_go(parent, 0);
    } else {
        tracee_go(parent, 0);
    }
}

static void on_stop(struct tracer *tracer, struct tracee *tracee, int status)
{
    int signal = WSTOPSIG(status);
    switch (status >> 16) {
    case PTRACE_EVENT_SECCOMP: tracer_call_begins(tracer, tracee); break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE: on_child(tracer, tracee); break;
    case PTRACE_EVENT_STOP: on_trap(tracer, tracee, signal); break;
    case 0:
        if (signal == (SIGTRAP | 0x80)) {
            tracer_call_stops(tracer, tracee);
            break;
        }
        if (tracer->options.on_signal != NULL)
            tracer->options.on_signal(tracer->options.context, tracee->tid, signal);
        tracee_go(tracee, signal);
        break;
    default: tracee_go(tracee, 0);
    }
}

static void tell_of_child(const struct tracer *tracer)
{
    struct tracee *tracee, *next;
    unsigned processes = 0;
    if (tracer->options.on_child == NULL)
        return;
    HASH_ITER (hh, tracer->tracees, tracee, next)
        processes += tracee->tid == tracee->tgid;
    tracer->options.on_child(tracer->options.context, processes, HASH_COUNT(tracer->tracees));
}

void tracer_change(struct tracer *tracer, int tid, int status)
{
    struct tracee *tracee = tracee_find(tracer, tid);
    if (!WIFSTOPPED(status)) {
        tracer_family_death(tracer, tid, status);
        return;
    }
    if (tracee == NULL && tracer_family_is_free(tracer, tid)) {
        tracee_continue(tid, PTRACE_DETACH, 0);
        return;
    }
    if (tracee == NULL) {
        tracer_family_child(tracer, tid);
        tell_of_child(tracer);
    }
    tracee = tracee_find(tracer, tid);
    if (tracee == NULL) /* no memory */
        tracer->options.leaves ? tracee_continue(tid, PTRACE_DETACH, 0) : tracee_kill(tid);
    else if (status >> 16 == PTRACE_EVENT_EXEC)
        tracer_family_exec(tracer, tracee);
    else
        on_stop(tracer, tracee, status);
    tracee = tracee_find(tracer, tid);
    if (tracee != NULL && tracee->left)
        tracer_family_drop(tracer, tracee);
}

/* Where many stop all the time there is always one more: the caller's clock has a turn, too. */
void tracer_attend(struct tracer *tracer)
{
    int status, tid;
    tracer_call_retry(tracer);
    for (int i = 0; i < AT_ONCE; i++) {
        if ((tid = tracer_next_change(tracer, &status, WNOHANG)) <= 0)
            return;
        tracer_change(tracer, tid, status);
    }
    raise(SIGCHLD);
}

bool tracer_has_begun(const struct tracer *tracer) { return tracer->begun || tracer->ended; }

bool tracer_has_ended(const struct tracer *tracer, int *status)
{
    *status = tracer->status;
    return tracer->ended;
}

void tracer_set_limit(struct tracer *tracer, uint64_t bytes)
{
    struct tracer_space *space;
    if (tracer->tree.limit != UINT64_MAX) {
        tracer->tree.limit = bytes;
        return;
    }
    tracer->options.limit = bytes;
    DL_FOREACH2(tracer->spaces, space, next)
    space->space.account.limit = bytes;
}

void tracer_kill(struct tracer *tracer, int signal)
{
    struct tracee *tracee, *next;
    HASH_ITER (hh, tracer->tracees, tracee, next) {
        int pid = tracee->tgid != 0 ? tracee->tgid : tracee->tid;
        if (pid == tracee->tid)
            kill(pid, signal);
    }
}

static int by_beginning(const void *one, const void *other)
{
    const struct process *a = one, *b = other;
    return a->began != b->began ? (a->began < b->began ? -1 : 1)
                                : (a->pid > b->pid) - (a->pid < b->pid);
}

void tracer_settle_outcome(const struct tracer *tracer)
{
    struct outcome *outcome = tracer->outcome;
    if (outcome->process_count > 0)
        qsort(outcome->processes, outcome->process_count, sizeof *outcome->processes, by_beginning);
    if (tracer->mismatches > 0)
        outcome_warn(outcome, "%llu times the records were not as the kernel's",
                     (unsigned long long)tracer->mismatches);
    if (tracer->tree.limit == UINT64_MAX)
        return;
    outcome->tree_limit = tracer->tree.limit;
    outcome->tree_peak = tracer->tree.peak;
}

void tracer_close(struct tracer *tracer)
{
    int status, tid;
    unsigned left = HASH_COUNT(tracer->tracees);
    if (left > 0)
        outcome_warn(tracer->outcome,
                     "what %s left running was ended: under ptrace nothing can go on without us",
                     tracer->outcome->name);
    while (HASH_COUNT(tracer->tracees) > 0) {
        tracer_kill(tracer, SIGKILL);
        if ((tid = tracer_next_change(tracer, &status, 0)) < 0 && errno != EINTR)
            break;
        if (tid > 0)
            tracer_change(tracer, tid, status);
    }
    tracer_settle_outcome(tracer);
    free(tracer);
}
