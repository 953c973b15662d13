/* SPDX-License-Identifier: MIT
 *
 * The calls of limited programs, from the stop before to the stop after.
 */
#include "base/duration.h"
#include "engines/ptrace_filter.h"
#include "engines/space_maps.h"
#include "engines/tracer_inside.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <utlist.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static bool read_call(int tid, struct ptrace_syscall_info *info)
{
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof *info, info) > 0;
}

static void let_run(struct tracee *tracee) { tracee_continue(tracee->tid, PTRACE_SYSCALL, 0); }

/* The call is not made. */
static void answer(struct tracee *tracee, int64_t value)
{
    tracee->traced = TRACED_NONE;
    if (traced_answer(tracee->tid, value))
        tracee_continue(tracee->tid, PTRACE_CONT, 0);
}

static bool widen(struct tracee *tracee)
{
    uint32_t args[6];
    struct iovec here = {args, sizeof args},
                 there = {(void *)(uintptr_t)tracee->call.args[0], sizeof args};
    if (process_vm_readv(tracee->tid, &here, 1, &there, 1, 0) != sizeof args)
        return false;
    for (int i = 0; i < 6; i++)
        tracee->call.args[i] = args[i];
    tracee->widened = traced_widen(tracee->tid, args, &tracee->saved);
    return tracee->widened;
}

static enum space_kind kind_of(enum traced traced)
{
    switch (traced) {
    case TRACED_BRK: return SPACE_BRK;
    case TRACED_MREMAP: return SPACE_MREMAP;
    case TRACED_MPROTECT: return SPACE_MPROTECT;
    case TRACED_MUNMAP: return SPACE_MUNMAP;
    default: return SPACE_MMAP;
    }
}

static void resync(struct tracer *tracer, struct tracee *tracee, uint64_t low, uint64_t high)
{
    if (!space_resync(&tracee->space->space, tracee->tid, low, high))
        tracer_condemn(tracer, tracee, "its mappings cannot be read");
}

static bool fits(struct tracer *tracer, struct tracee *tracee, bool *by_tree)
{
    struct tracer_space *space = tracee->space;
    if (space->stale) {
        space->stale = false;
        resync(tracer, tracee, 0, UINTPTR_MAX);
    }
    return space_begin(&space->space, &tracee->call, by_tree);
}

static void start(struct tracer *tracer, struct tracee *tracee)
{
    tracee->space->busy = tracee;
    tracer->going_on++;
    let_run(tracee);
}

static void open_reserve(struct space_account *account, bool *opened, uint64_t reserve)
{
    if (*opened || account->limit == UINT64_MAX)
        return;
    *opened = true;
    account->limit += reserve < UINT64_MAX - account->limit ? reserve : 0;
}

void tracer_refuse(struct tracer *tracer, struct tracer_space *space, const char *call,
                   uint64_t size, bool by_tree)
{
    const struct space_account *account = by_tree ? &tracer->tree : &space->space.account;
    if (space->row.refusals++ == 0)
        space->row.first = (struct refusal){.call = call,
                                            .size = size,
                                            .used = account->used,
                                            .limit = account->limit,
                                            .by_tree = by_tree,
                                            .when = duration_now()};
    if (by_tree)
        open_reserve(&tracer->tree, &tracer->tree_reserve, tracer->options.reserve);
    else
        open_reserve(&space->space.account, &space->has_reserve, tracer->options.reserve);
}

/* Where the kernel itself would say that the place is taken, it shall say so. */
static bool is_taken(const struct tracee *tracee)
{
    const uint64_t *args = tracee->call.args;
    return tracee->call.kind == SPACE_MMAP && (args[3] & MAP_FIXED_NOREPLACE) &&
           space_is_mapped(tracee->tid, args[0], args[0] + args[1]);
}

static void refuse(struct tracer *tracer, struct tracee *tracee, bool by_tree)
{
    struct space *space = &tracee->space->space;
    if (is_taken(tracee)) {
        answer(tracee, -EEXIST);
        return;
    }
    tracer_refuse(tracer, tracee->space, space_call_name(tracee->call.kind),
                  space_call_size(space, &tracee->call), by_tree);
    answer(tracee, tracee->call.kind == SPACE_BRK ? (int64_t)space->break_now : -ENOMEM);
}

/* False: it is not its turn. At the tree's limit that comes when nothing else goes on, and until
 * then nobody is let past. */
static bool try_call(struct tracer *tracer, struct tracee *tracee, bool somebody_at_limit)
{
    bool by_tree = false;
    if (tracee->space->busy != NULL || (somebody_at_limit && !tracee->at_limit))
        return false;
    if (fits(tracer, tracee, &by_tree))
        start(tracer, tracee);
    else if (by_tree && tracer->going_on > 0)
        tracee->at_limit = true;
    else
        refuse(tracer, tracee, by_tree);
    return !tracee->at_limit || tracee->traced == TRACED_NONE || tracee->space->busy == tracee;
}

static void stop_waiting(struct tracer *tracer, struct tracee *tracee)
{
    tracee->waits = tracee->at_limit = false;
    DL_DELETE2(tracer->waiting, tracee, previous_waiting, next_waiting);
}

static bool is_somebody_at_limit(const struct tracer *tracer)
{
    for (const struct tracee *at = tracer->waiting; at != NULL; at = at->next_waiting)
        if (at->at_limit)
            return true;
    return false;
}

static void serve_waiting(struct tracer *tracer)
{
    bool at_limit = is_somebody_at_limit(tracer);
    struct tracee *tracee, *next;
    for (tracee = tracer->waiting; tracee != NULL; tracee = next) {
        next = tracee->next_waiting;
        if (!try_call(tracer, tracee, at_limit))
            continue;
        stop_waiting(tracer, tracee);
        at_limit = is_somebody_at_limit(tracer);
    }
}

static void take_turn(struct tracer *tracer, struct tracee *tracee)
{
    if (try_call(tracer, tracee, is_somebody_at_limit(tracer)))
        return;
    tracee->waits = true;
    DL_APPEND2(tracer->waiting, tracee, previous_waiting, next_waiting);
}

/* A program that traces another inside finds that one traced already. */
static void tell_of_ptrace(struct tracer *tracer)
{
    if (!tracer->told_ptrace)
        outcome_warn(tracer->outcome,
                     "a program inside calls ptrace, as debuggers do: what it starts is traced by "
                     "us already, so the kernel says EPERM; --engine=preload lets it work");
    tracer->told_ptrace = true;
}

static bool is_brk_too_low(const struct tracee *tracee)
{
    return tracee->traced == TRACED_BRK && tracee->call.args[0] < tracee->space->space.break_start;
}

/* A mapping that grows by itself grows without a call. */
static bool grows_unseen(const struct tracer *tracer, const struct tracee *tracee)
{
    return tracer->options.keep_written && tracee->call.kind == SPACE_MMAP &&
           (tracee->call.args[3] & MAP_GROWSDOWN);
}

static enum tracer_decision ask(struct tracer *tracer, const struct tracee *tracee,
                                const struct ptrace_syscall_info *info, int64_t *value)
{
    struct tracer_call call = {.tid = tracee->tid,
                               .tgid = tracee->tgid,
                               .threads = HASH_COUNT(tracer->tracees),
                               .arch = info->arch,
                               .number = info->seccomp.nr};
    for (int i = 0; i < 6; i++)
        call.args[i] = info->seccomp.args[i];
    return tracer->options.on_call(tracer->options.context, &call, value);
}

/* False: there is no more to do about this call. */
static bool goes_on(struct tracer *tracer, struct tracee *tracee,
                    const struct ptrace_syscall_info *info)
{
    int64_t value = -ENOSYS;
    switch (ask(tracer, tracee, info, &value)) {
    case TRACER_ANSWER: answer(tracee, value); return false;
    case TRACER_KILL_ALL: tracer_kill(tracer, SIGKILL); return false;
    default: break;
    }
    if (tracee->traced == TRACED_NONE)
        tracee_continue(tracee->tid, PTRACE_CONT, 0);
    return tracee->traced != TRACED_NONE;
}

/* Calls that stop by a program's own filter have no taker, as without us. */
void tracer_call_begins(struct tracer *tracer, struct tracee *tracee)
{
    struct ptrace_syscall_info info;
    if (!read_call(tracee->tid, &info) || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
        return;
    enum traced traced = ptrace_filter_call(info.arch, info.seccomp.nr);
    tracee->traced = traced;
    tracee->call = (struct space_call){.kind = kind_of(traced)};
    for (int i = 0; i < 6; i++)
        tracee->call.args[i] = info.seccomp.args[i];
    bool asks = info.seccomp.ret_data == TRACER_ASK && tracer->options.on_call != NULL;
    if (asks && !goes_on(tracer, tracee, &info))
        return;
    if (!asks && (info.seccomp.ret_data != FILTER_COOKIE || traced == TRACED_NONE)) {
        answer(tracee, -ENOSYS);
    } else if (traced == TRACED_PTRACE) {
        tell_of_ptrace(tracer);
        tracee_continue(tracee->tid, PTRACE_CONT, 0);
    } else if (traced == TRACED_OLD_MMAP && !widen(tracee)) {
        answer(tracee, -EFAULT);
    } else if (grows_unseen(tracer, tracee)) {
        answer(tracee, -EINVAL);
    } else if (is_brk_too_low(tracee)) {
        tracee_continue(tracee->tid, PTRACE_CONT, 0);
    } else {
        take_turn(tracer, tracee);
    }
}

static void release(struct tracer *tracer, struct tracee *tracee)
{
    if (tracee->space->busy != tracee)
        return;
    tracee->space->busy = NULL;
    tracer->going_on--;
}

static void verify(struct tracer *tracer, const struct tracee *tracee)
{
    uint64_t truth;
    struct space *space = &tracee->space->space;
    uint64_t known = space_known(space);
    if (space_truth(tracee->tid, &truth) && known != truth && !space->keep_written)
        tracer->mismatches++;
}

/* What a call names, and all that mremap touches. */
static void look_again(struct tracer *tracer, struct tracee *tracee, const struct space_call *call)
{
    if (call->kind == SPACE_MREMAP ||
        (call->kind == SPACE_MPROTECT && (call->args[2] & (PROT_GROWSDOWN | PROT_GROWSUP))))
        resync(tracer, tracee, 0, UINTPTR_MAX);
    else
        resync(tracer, tracee, call->args[0], call->args[0] + call->args[1]);
}

void tracer_call_ends(struct tracer *tracer, struct tracee *tracee)
{
    struct ptrace_syscall_info info;
    struct tracer_space *space = tracee->space;
    if (!read_call(tracee->tid, &info))
        return; /* it was killed: its death will be told */
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && space->busy == tracee) {
        if (!space_end(&space->space, &tracee->call, info.exit.rval))
            look_again(tracer, tracee, &tracee->call);
        if (tracer->options.verify)
            verify(tracer, tracee);
        release(tracer, tracee);
    }
    if (tracee->widened)
        traced_unwiden(tracee->tid, &tracee->saved);
    tracee->widened = false;
    tracee->traced = TRACED_NONE;
    tracee_continue(tracee->tid, PTRACE_CONT, 0);
    serve_waiting(tracer);
}

void tracer_call_dies(struct tracer *tracer, struct tracee *tracee)
{
    if (tracee->waits)
        stop_waiting(tracer, tracee);
    if (tracee->space == NULL || tracee->space->busy != tracee)
        return;
    space_end(&tracee->space->space, &tracee->call, -EINTR);
    tracee->space->stale = true;
    release(tracer, tracee);
    serve_waiting(tracer);
}
