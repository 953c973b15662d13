/* SPDX-License-Identifier: MIT */
#include "engines/ptrace_filter.h"

#include "common/traced_filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool ptrace_filter_install(void)
{
    struct traced_filter filter;
    traced_filter_build(&filter);
    struct sock_fprog program = {.len = filter.length, .filter = filter.code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
        return true;
    return errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
