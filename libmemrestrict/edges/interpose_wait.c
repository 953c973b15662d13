/* SPDX-License-Identifier: MIT
 *
 * wait(2)'s family, after the fact: each call is passed on as it came, and a cancellation point as
 * it is. How a child has ended is noted once it is known, for a child that was killed, or has
 * become another program unseen, cannot say so itself. Safe in signal handlers, and in a child of
 * vfork: no lock, and no system call of our own, once the next functions are found.
 */
#include "decide/membership.h"
#include "edges/exports.h"
#include "ground/real.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

static void note(pid_t child, int status)
{
    if (child > 0 && (WIFEXITED(status) || WIFSIGNALED(status)))
        membership_note_child(child, status);
}

/* A machine whose C library lacks the call. */
static int missing(void)
{
    errno = ENOSYS;
    return -1;
}

EXPORT pid_t waitpid(pid_t child, int *status, int options)
{
    int own = 0, *at = status != NULL ? status : &own;
    __typeof__(real_waits()->waitpid) next = real_waits()->waitpid;
    pid_t ended = next != NULL ? next(child, at, options) : missing();
    if (ended > 0)
        note(ended, *at);
    return ended;
}

EXPORT pid_t wait(int *status)
{
    int own = 0, *at = status != NULL ? status : &own;
    __typeof__(real_waits()->wait) next = real_waits()->wait;
    pid_t ended = next != NULL ? next(at) : missing();
    if (ended > 0)
        note(ended, *at);
    return ended;
}

EXPORT pid_t wait4(pid_t child, int *status, int options, struct rusage *usage)
{
    int own = 0, *at = status != NULL ? status : &own;
    __typeof__(real_waits()->wait4) next = real_waits()->wait4;
    pid_t ended = next != NULL ? next(child, at, options, usage) : missing();
    if (ended > 0)
        note(ended, *at);
    return ended;
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    int own = 0, *at = status != NULL ? status : &own;
    __typeof__(real_waits()->wait3) next = real_waits()->wait3;
    pid_t ended = next != NULL ? next(at, options, usage) : missing();
    if (ended > 0)
        note(ended, *at);
    return ended;
}

/* As wait would have it. A child that is only looked at has a next look to come. */
static void note_as_told(const siginfo_t *info, int options)
{
    enum { CORE = 0x80 };
    if (options & WNOWAIT)
        return;
    switch (info->si_code) {
    case CLD_EXITED: note(info->si_pid, (info->si_status & 0xff) << 8); break;
    case CLD_KILLED: note(info->si_pid, info->si_status & 0x7f); break;
    case CLD_DUMPED: note(info->si_pid, (info->si_status & 0x7f) | CORE); break;
    default: break;
    }
}

EXPORT int waitid(idtype_t type, id_t child, siginfo_t *info, int options)
{
    siginfo_t own = {0}, *at = info != NULL ? info : &own;
    __typeof__(real_waits()->waitid) next = real_waits()->waitid;
    int result = next != NULL ? next(type, child, at, options) : missing();
    if (result == 0 && at->si_pid > 0)
        note_as_told(at, options);
    return result;
}

/* Names that glibc has besides. */
pid_t __wait(int *status);
pid_t __waitpid(pid_t child, int *status, int options);
EXPORT pid_t __wait(int *status) { return wait(status); }
EXPORT pid_t __waitpid(pid_t child, int *status, int options)
{
    return waitpid(child, status, options);
}
