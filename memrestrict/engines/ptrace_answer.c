/* SPDX-License-Identifier: MIT */
#include "engines/ptrace_answer.h"

#include "engines/ptrace_registers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SET_SYSCALL_INFO = 0x4212 }; /* PTRACE_SET_SYSCALL_INFO, which few headers have */

bool ptrace_is_told(const char *word)
{
    const char *words = getenv("TEST_OF_MEMRESTRICT_PTRACE");
    return words != NULL && strstr(words, word) != NULL;
}

bool ptrace_read_call(int tid, struct ptrace_syscall_info *info)
{
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof *info, info) > 0;
}

/* Asked of a child that stands still: the kernel looks for the tracee before it looks at what is
 * asked. */
static bool child_is_read(void)
{
    struct ptrace_syscall_info info;
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            raise(SIGSTOP);
        _exit(1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return false;
    bool is_read = ptrace_read_call(child, &info);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    waitpid(child, &status, 0);
    return is_read;
}

static bool is_older(int major, int minor)
{
    struct utsname name;
    int has_major, has_minor;
    return uname(&name) != 0 || sscanf(name.release, "%d.%d", &has_major, &has_minor) != 2 ||
           has_major < major || (has_major == major && has_minor < minor);
}

bool ptrace_reads_calls(void)
{
    if (ptrace_is_told("no-syscall-info"))
        return false;
    return (!is_older(5, 3) && !ptrace_is_told("asks")) || child_is_read();
}

static bool set_call(int tid, struct ptrace_syscall_info *info)
{
    return ptrace((enum __ptrace_request)SET_SYSCALL_INFO, tid, (void *)sizeof *info, info) == 0;
}

/* False with ESRCH: it is dead; else this kernel cannot. */
static bool skip_call(int tid)
{
    struct ptrace_syscall_info info;
    if (!ptrace_read_call(tid, &info))
        return false;
    if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
        info.seccomp.nr = UINT64_MAX;
    else
        info.entry.nr = UINT64_MAX;
    return set_call(tid, &info);
}

bool ptrace_answer(int tid, int64_t value, struct ptrace_answer *answer)
{
    *answer = (struct ptrace_answer){.is_due = false};
    if (!ptrace_is_told("registers") && skip_call(tid))
        *answer = (struct ptrace_answer){.is_due = true, .value = value};
    return answer->is_due || traced_answer(tid, value);
}

void ptrace_answer_now(int tid, struct ptrace_answer *answer)
{
    struct ptrace_syscall_info info;
    enum { ERRORS = 4095 };
    if (!answer->is_due || !ptrace_read_call(tid, &info) || info.op != PTRACE_SYSCALL_INFO_EXIT)
        return;
    answer->is_due = false;
    info.exit.rval = answer->value;
    info.exit.is_error = answer->value < 0 && answer->value >= -ERRORS;
    set_call(tid, &info);
}
