/* SPDX-License-Identifier: MIT
 *
 * The system calls at which a limited program is stopped, and their numbers in each kind of
 * program that this machine runs: those of a machine are in a file of its own, with its registers.
 */
#ifndef MEMRESTRICT_PTRACE_CALLS_H
#define MEMRESTRICT_PTRACE_CALLS_H

#include <stdint.h>

enum traced {
    TRACED_NONE,
    TRACED_BRK,
    TRACED_MMAP,
    TRACED_OLD_MMAP, /* its arguments are in memory */
    TRACED_MREMAP,
    TRACED_MPROTECT,
    TRACED_MUNMAP,
    TRACED_CLONE,  /* untraced children are refused */
    TRACED_CLONE3, /* its flags are in memory: not there, and C libraries take clone instead */
    TRACED_SECCOMP,
    TRACED_PTRACE
};

struct traced_call {
    uint32_t number;
    enum traced call;
};

enum { TRACED_MOST = 16 };

/* One kind of program: an AUDIT_ARCH, the bits of a number that count, the calls up to a NONE. */
struct traced_kind {
    uint32_t arch, mask;
    struct traced_call calls[TRACED_MOST];
};

#if defined(__x86_64__)
#include "engines/ptrace_x86_64.h"
#elif defined(__aarch64__)
#include "engines/ptrace_aarch64.h"
#else
#include "engines/ptrace_none.h"
#endif

#endif
