/* SPDX-License-Identifier: MIT
 *
 * The calls of limited programs, from the stop before to the stop after.
 */
#include "base/duration.h"
#include "common/traced_filter.h"

#include "engines/space_maps.h"
#include "engines/tracer_inside.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <utlist.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { LENT_CALLS = 200 }; /* in which a child is made, or none will be */

/* A call, from before it is made. */
struct begun {
    uint32_t arch;
    uint64_t number, args[6];
    uint64_t cookie; /* of the filter that stopped it, if one did */
};

static void let_run(struct tracee *tracee) { tracee_continue(tracee->tid, PTRACE_SYSCALL, 0); }

static bool widen(const struct tracer *tracer, struct tracee *tracee)
{
    uint32_t args[6];
    struct iovec here = {args, sizeof args},
                 there = {(void *)(uintptr_t)tracee->call.args[0], sizeof args};
    if (process_vm_readv(tracee->tid, &here, 1, &there, 1, 0) != sizeof args)
        return false;
    for (int i = 0; i < 6; i++)
        tracee->call.args[i] = args[i];
    if (tracer->options.leaves) /* nobody might be there to put its registers back */
        return true;
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
    case TRACED_SHMAT: return SPACE_SHMAT;
    default: return SPACE_MMAP;
    }
}

static void resync(struct tracer *tracer, struct tracee *tracee, uint64_t low, uint64_t high)
{
    if (!space_resync(&tracee->space->space, tracee->tid, low, high))
        tracer_condemn(tracer, tracee, "its mappings cannot be read");
}

/* What a call gives that changes nothing. */
static int64_t not_made(const struct tracee *tracee)
{
    return tracee->call.kind == SPACE_BRK ? (int64_t)tracee->space->space.break_now : -ENOMEM;
}

bool tracer_hold(struct tracer *tracer)
{
    const struct tracer_shared *shared = tracer->options.shared;
    enum tracer_held held =
        shared != NULL ? shared->hold(shared->context, tracer->tree.used) : TRACER_HELD;
    if (held != TRACER_BUSY)
        tracer->busy_since = 0;
    else if (tracer->busy_since == 0)
        tracer->busy_since = duration_now();
    return held == TRACER_HELD;
}

/* Can the tree's budget not be asked just now? Whoever keeps us from it does not for ever. */
static bool is_busy(const struct tracer *tracer)
{
    const uint64_t patience = UINT64_C(5000) * 1000 * 1000;
    return tracer->busy_since != 0 && duration_now() - tracer->busy_since < patience;
}

static bool fits(struct tracer *tracer, struct tracee *tracee, bool *by_tree)
{
    struct tracer_space *space = tracee->space;
    if (space->stale) {
        space->stale = false;
        resync(tracer, tracee, 0, UINTPTR_MAX);
    }
    if (!space_begin(&space->space, &tracee->call, by_tree))
        return false;
    if (tracee->call.reserved == 0 || space->space.tree == NULL || tracer_hold(tracer))
        return true;
    space_end(&space->space, &tracee->call, not_made(tracee));
    *by_tree = true;
    return false;
}

static void start(struct tracer *tracer, struct tracee *tracee)
{
    tracee->space->busy = tracee;
    tracer->going_on++;
    let_run(tracee);
}

static void open_reserve(struct space_budget *account, bool *opened, uint64_t reserve)
{
    if (*opened || account->limit == UINT64_MAX)
        return;
    *opened = true;
    account->limit += reserve < UINT64_MAX - account->limit ? reserve : 0;
}

void tracer_refuse(struct tracer *tracer, struct tracer_space *space, const char *call,
                   uint64_t size, bool by_tree)
{
    const struct space_budget *account = by_tree ? &tracer->tree : &space->space.account;
    const struct tracer_shared *shared = by_tree ? tracer->options.shared : NULL;
    uint64_t used = account->used, limit = account->limit;
    if (shared != NULL)
        shared->refused(shared->context, &used, &limit);
    if (space->row.refusals++ == 0)
        space->row.first = (struct refusal){.call = call,
                                            .size = size,
                                            .used = used,
                                            .limit = limit,
                                            .by_tree = by_tree,
                                            .when = duration_now()};
    if (by_tree && shared == NULL)
        open_reserve(&tracer->tree, &tracer->tree_reserve, tracer->options.reserve);
    else if (!by_tree)
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
        tracee_answer(tracer, tracee, -EEXIST);
        return;
    }
    tracer_refuse(tracer, tracee->space, space_call_name(tracee->call.kind),
                  space_call_size(space, &tracee->call), by_tree);
    tracee_answer(tracer, tracee, not_made(tracee));
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
    else if (by_tree && (tracer->going_on > 0 || is_busy(tracer)))
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

void tracer_call_retry(struct tracer *tracer)
{
    if (tracer->busy_since != 0)
        serve_waiting(tracer);
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
    bool leaves = tracer->options.leaves;
    if (!tracer->told_ptrace && !tracer->options.leaves_children)
        outcome_warn(tracer->outcome,
                     "a program inside calls ptrace, as debuggers do: what it starts is traced by "
                     "us already, so the kernel says EPERM%s",
                     leaves ? "" : "; --engine=preload lets it work");
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
                                const struct begun *begun, int64_t *value)
{
    struct tracer_call call = {.tid = tracee->tid,
                               .tgid = tracee->tgid,
                               .threads = HASH_COUNT(tracer->tracees),
                               .arch = begun->arch,
                               .number = begun->number};
    for (int i = 0; i < 6; i++)
        call.args[i] = begun->args[i];
    return tracer->options.on_call(tracer->options.context, &call, value);
}

/* False: there is no more to do about this call. */
static bool goes_on(struct tracer *tracer, struct tracee *tracee, const struct begun *begun)
{
    int64_t value = -ENOSYS;
    switch (ask(tracer, tracee, begun, &value)) {
    case TRACER_ANSWER: tracee_answer(tracer, tracee, value); return false;
    case TRACER_KILL_ALL: tracer_kill(tracer, SIGKILL); return false;
    default: return !tracer_call_has_answer(tracer, tracee);
    }
}

static void decide(struct tracer *tracer, struct tracee *tracee)
{
    if (tracee->traced == TRACED_PTRACE) {
        tell_of_ptrace(tracer);
        tracee_go(tracee, 0);
    } else if (tracee->traced == TRACED_OLD_MMAP && !widen(tracer, tracee)) {
        tracee_answer(tracer, tracee, -EFAULT);
    } else if (tracee->traced == TRACED_PRCTL || grows_unseen(tracer, tracee)) {
        tracee_answer(tracer, tracee, -EINVAL);
    } else if (is_brk_too_low(tracee)) {
        tracee_go(tracee, 0);
    } else {
        take_turn(tracer, tracee);
    }
}

static bool read_begun(const struct tracee *tracee, struct begun *begun)
{
    struct ptrace_syscall_info info;
    if (!ptrace_read_call(tracee->tid, &info))
        return false;
    bool by_filter = info.op == PTRACE_SYSCALL_INFO_SECCOMP;
    *begun = (struct begun){.arch = info.arch,
                            .number = by_filter ? info.seccomp.nr : info.entry.nr,
                            .cookie = by_filter ? info.seccomp.ret_data : TRACED_COOKIE};
    for (int i = 0; i < 6; i++)
        begun->args[i] = by_filter ? info.seccomp.args[i] : info.entry.args[i];
    return by_filter || info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

static void take_call(struct tracee *tracee, const struct begun *begun)
{
    tracee->traced = traced_filter_call(begun->arch, begun->number, begun->args);
    tracee->call = (struct space_call){.kind = kind_of(tracee->traced)};
    for (int i = 0; i < 6; i++)
        tracee->call.args[i] = begun->args[i];
}

/* The first stop by the filter says that there is one: then the others are not needed. */
static bool is_known_already(struct tracee *tracee, const struct begun *begun)
{
    bool known = tracee->unfiltered && tracee->space->busy == tracee;
    tracee->unfiltered &= begun->cookie != TRACED_COOKIE;
    return known;
}

/* Calls that stop by a program's own filter have no taker, as without us. */
void tracer_call_begins(struct tracer *tracer, struct tracee *tracee)
{
    struct begun begun;
    if (!read_begun(tracee, &begun))
        return;
    if (tracee->space->outside) {
        tracee_go(tracee, 0);
        return;
    }
    if (is_known_already(tracee, &begun)) {
        let_run(tracee);
        return;
    }
    take_call(tracee, &begun);
    bool asks = begun.cookie == TRACER_ASK && tracer->options.on_call != NULL;
    if (asks && !goes_on(tracer, tracee, &begun))
        return;
    if (!asks && (begun.cookie != TRACED_COOKIE || tracee->traced == TRACED_NONE))
        tracee_answer(tracer, tracee, -ENOSYS);
    else
        decide(tracer, tracee);
}

static void enters(struct tracer *tracer, struct tracee *tracee)
{
    struct begun begun;
    if (tracee->space->outside || !read_begun(tracee, &begun)) {
        tracee_go(tracee, 0);
        return;
    }
    take_call(tracee, &begun);
    if (!tracer_call_has_answer(tracer, tracee))
        decide(tracer, tracee);
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

/* What a call names, and all that mremap touches; shmat does not name its size. */
static void look_again(struct tracer *tracer, struct tracee *tracee, const struct space_call *call)
{
    if (call->kind == SPACE_MREMAP || call->kind == SPACE_SHMAT ||
        (call->kind == SPACE_MPROTECT && (call->args[2] & (PROT_GROWSDOWN | PROT_GROWSUP))))
        resync(tracer, tracee, 0, UINTPTR_MAX);
    else
        resync(tracer, tracee, call->args[0], call->args[0] + call->args[1]);
}

void tracer_call_stops(struct tracer *tracer, struct tracee *tracee)
{
    struct ptrace_syscall_info info;
    struct tracer_space *space = tracee->space;
    if (!ptrace_read_call(tracee->tid, &info))
        return; /* it was killed: its death will be told */
    if (tracee->lends && ++tracee->calls > LENT_CALLS) {
        tracee_let_go(tracee, 0);
        return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        enters(tracer, tracee);
        return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && space->busy == tracee) {
        if (!space_end(&space->space, &tracee->call, info.exit.rval))
            look_again(tracer, tracee, &tracee->call);
        if (tracer->options.verify)
            verify(tracer, tracee);
        release(tracer, tracee);
        tracer_hold(tracer);
    }
    ptrace_answer_now(tracee->tid, &tracee->answer);
    tracee_unwiden(tracee);
    tracee->traced = TRACED_NONE;
    tracee_go(tracee, 0);
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
    tracer_hold(tracer);
    serve_waiting(tracer);
}
