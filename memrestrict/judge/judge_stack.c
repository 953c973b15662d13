/* SPDX-License-Identifier: MIT */
#include "judge/judge_stack.h"

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>

/* Below the stack pointer a compiler touches this much at most. */
enum { BELOW = 65536 };
/* What is left open below a stack that grows, at the most. */
static const uint64_t most_gap = 1 << 20;

struct stack_fault {
    uint64_t address, stack; /* the stack pointer */
};

static bool read_fault(int tid, struct stack_fault *fault)
{
    siginfo_t info;
    struct __ptrace_syscall_info state;
    if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) != 0 ||
        (info.si_code != SEGV_MAPERR && info.si_code != SEGV_ACCERR) ||
        ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof state, &state) <= 0)
        return false;
    *fault = (struct stack_fault){(uint64_t)(uintptr_t)info.si_addr, state.stack_pointer};
    return true;
}

/* The fault struck below a mapping that can be written, in nothing or in what guards it, and the
 * stack pointer is near that, or below it. */
bool judge_stack_overflowed(int tid)
{
    struct stack_fault fault;
    char path[64], mode[5];
    uint64_t low, high, guard = 0;
    bool found = false, main_stack = false;
    snprintf(path, sizeof path, "/proc/%d/maps", tid);
    FILE *file = read_fault(tid, &fault) ? fopen(path, "re") : NULL;
    if (file == NULL)
        return false;
    char line[512];
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &low, &high, mode) != 3 ||
            high <= fault.address)
            continue;
        bool is_guard = low <= fault.address && mode[1] != 'w';
        guard = is_guard ? low : guard;
        main_stack = strstr(line, "[stack]") != NULL;
        found = !is_guard;
    }
    fclose(file);
    if (!found || mode[1] != 'w' || low <= fault.address)
        return false;
    bool below = fault.address + BELOW >= fault.stack;
    if (main_stack)
        return below && fault.stack < high;
    return guard != 0 && below && fault.stack < high && fault.stack + most_gap >= guard;
}
