/* SPDX-License-Identifier: MIT
 *
 * Calls that are answered, or let go, without a look at the memory: what our filter does by itself,
 * for those that have none.
 */
#include "engines/tracer_inside.h"

#include <errno.h>
#include <sched.h>
#include <sys/uio.h>

void tracee_unwiden(struct tracee *tracee)
{
    if (tracee->widened)
        traced_unwiden(tracee->tid, &tracee->saved);
    tracee->widened = false;
}

/* What goes on without us must have its answer at once, though that names registers: should we be
 * gone in the stop after the call, it would find that there is no such call. */
void tracee_answer(const struct tracer *tracer, struct tracee *tracee, int64_t value)
{
    tracee->traced = TRACED_NONE;
    tracee_unwiden(tracee);
    if (tracer->options.leaves ? traced_answer(tracee->tid, value)
                               : ptrace_answer(tracee->tid, value, &tracee->answer))
        tracee_go(tracee, 0);
}

/* A program that has had clone3(2) all the time need not know what else to take. */
static uint64_t clone3_flags(const struct tracee *tracee)
{
    uint64_t flags = 0;
    struct iovec here = {&flags, sizeof flags},
                 there = {(void *)(uintptr_t)tracee->call.args[0], sizeof flags};
    process_vm_readv(tracee->tid, &here, 1, &there, 1, 0);
    return flags;
}

bool tracer_call_has_answer(const struct tracer *tracer, struct tracee *tracee)
{
    bool is_clone3 = tracee->traced == TRACED_CLONE3;
    uint64_t flags =
        is_clone3 && tracer->options.leaves ? clone3_flags(tracee) : tracee->call.args[0];
    switch (tracee->traced) {
    case TRACED_CLONE3:
        if (!tracer->options.leaves) {
            tracee_answer(tracer, tracee, -ENOSYS);
            return true;
        }
        /* fall through */
    case TRACED_CLONE:
        if (flags & CLONE_UNTRACED)
            tracee_answer(tracer, tracee, -EPERM);
        else
            tracee_go(tracee, 0);
        return true;
    case TRACED_SECCOMP:
    case TRACED_NONE: tracee_go(tracee, 0); return true;
    default: return false;
    }
}
