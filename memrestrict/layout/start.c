/* SPDX-License-Identifier: MIT */
#include "layout/start.h"

#include "base/held_child.h"
#include "base/message.h"
#include "layout/trace.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

static void become(const void *context, int complaint)
{
    const struct start *start = context;
    if (variables_set(start->variables))
        execvp(start->argv[0], start->argv);
    int reason = errno;
    ssize_t ignored = write(complaint, &reason, sizeof reason);
    (void)ignored;
}

/* 0: it is traced, and about to stop as the program; else an errno value, and it ends by itself. */
static int trace_it(struct held_child *child)
{
    const long options =
        PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD;
    int reason = 0;
    if (ptrace(PTRACE_SEIZE, child->pid, NULL, (void *)options) != 0) {
        reason = errno;
        message("a program cannot be traced here: %s", strerror(reason));
        return reason;
    }
    if (!held_child_let_go(child))
        return ESRCH;
    return held_child_complains(child, &reason, sizeof reason) ? reason : 0;
}

static int start(const struct start *what, int *status)
{
    struct held_child child;
    bool made = held_child_make(&child, become, what);
    int reason = made ? trace_it(&child) : errno;
    if (made)
        held_child_drop(&child);
    if (reason == 0)
        return child.pid;
    if (made)
        held_child_reap(&child);
    message("%s: cannot run: %s", what->argv[0], strerror(reason));
    *status = reason == ENOENT                        ? EXIT_NOT_FOUND
              : reason == EACCES || reason == ENOEXEC ? EXIT_CANNOT_RUN
                                                      : EXIT_OURS;
    return 0;
}

bool start_and_look(const struct start *what, int *status)
{
    struct tracing tracing = {.start = what};
    tracing.pid = start(what, status);
    if (tracing.pid == 0)
        return false;
    bool done = trace_to_moment(&tracing);
    trace_finish(&tracing);
    *status = EXIT_OURS;
    return done;
}
