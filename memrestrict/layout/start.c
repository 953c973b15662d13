/* SPDX-License-Identifier: MIT */
#include "layout/start.h"

#include "base/message.h"
#include "layout/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the new process: waits to be traced, and becomes the program. */
static _Noreturn void become(const struct start *start, int go, int error)
{
    char byte;
    if (read(go, &byte, 1) != 1)
        _exit(EXIT_OURS);
    bool set = true;
    for (const struct start_variable *at = start->variables; at->name != NULL; at++)
        set = set && setenv(at->name, at->value, 1) == 0;
    if (set)
        execvp(start->argv[0], start->argv);
    int reason = errno;
    ssize_t ignored = write(error, &reason, sizeof reason);
    (void)ignored;
    _exit(EXIT_OURS);
}

static void reap(int pid)
{
    while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
}

/* 0: it is traced, and about to stop as the program; else an errno value, and it ends by itself. */
static int trace_it(int pid, int go, int error)
{
    const long options =
        PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD;
    int reason = 0;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) != 0) {
        reason = errno;
        message("a program cannot be traced here: %s", strerror(reason));
        return reason;
    }
    if (write(go, "", 1) == 1 && read(error, &reason, sizeof reason) != sizeof reason)
        return 0;
    return reason != 0 ? reason : ESRCH;
}

static int start(const struct start *what, int *status)
{
    int go[2], error[2];
    *status = EXIT_OURS;
    if (pipe2(go, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) {
        message("layout: cannot make a pipe: %s", strerror(errno));
        return 0;
    }
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        close(go[1]);
        close(error[0]);
        become(what, go[0], error[1]);
    }
    close(go[0]);
    close(error[1]);
    int reason = pid > 0 ? trace_it(pid, go[1], error[0]) : errno;
    close(go[1]);
    close(error[0]);
    if (reason == 0)
        return pid;
    if (pid > 0)
        reap(pid);
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
