/* SPDX-License-Identifier: MIT
 *
 * x86-64, with i386 and x32 programs: names of registers. Included by ptrace_registers.h alone. A
 * 64-bit tracer sees i386 programs in the same registers.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

enum { TRACED_MMAP2 = 192 }; /* what old mmap becomes */

/* In the stop before a call: it is not made, and gives `value`. */
static inline bool traced_answer(int tid, int64_t value)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, tid, NULL, &registers) != 0)
        return false;
    registers.orig_rax = (unsigned long long)-1;
    registers.rax = (unsigned long long)value;
    return ptrace(PTRACE_SETREGS, tid, NULL, &registers) == 0;
}

/* i386's old mmap: what its arguments in memory were is put into registers, as mmap2 has them, so
 * that it cannot change any more. traced_unwiden undoes that after the call. */
struct traced_saved {
    unsigned long long registers[6];
};

static inline bool traced_widen(int tid, const uint32_t args[6], struct traced_saved *saved)
{
    struct user_regs_struct now;
    if (ptrace(PTRACE_GETREGS, tid, NULL, &now) != 0)
        return false;
    *saved = (struct traced_saved){{now.rbx, now.rcx, now.rdx, now.rsi, now.rdi, now.rbp}};
    now.rbx = args[0];
    now.rcx = args[1];
    now.rdx = args[2];
    now.rsi = args[3];
    now.rdi = args[4];
    now.rbp = args[5] >> 12;
    now.orig_rax = (args[5] & 0xfff) != 0 ? (unsigned long long)-1 : TRACED_MMAP2;
    now.rax = (unsigned long long)((args[5] & 0xfff) != 0 ? -EINVAL : -ENOSYS);
    return ptrace(PTRACE_SETREGS, tid, NULL, &now) == 0;
}

static inline bool traced_unwiden(int tid, const struct traced_saved *saved)
{
    struct user_regs_struct now;
    if (ptrace(PTRACE_GETREGS, tid, NULL, &now) != 0)
        return false;
    now.rbx = saved->registers[0];
    now.rcx = saved->registers[1];
    now.rdx = saved->registers[2];
    now.rsi = saved->registers[3];
    now.rdi = saved->registers[4];
    now.rbp = saved->registers[5];
    return ptrace(PTRACE_SETREGS, tid, NULL, &now) == 0;
}
