/* SPDX-License-Identifier: MIT
 *
 * x86-64, with i386 and x32 programs: numbers of calls and names of registers. Included by
 * ptrace_calls.h alone. A 64-bit tracer sees i386 programs in the same registers.
 */
#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static const struct traced_kind traced_kinds[] = {
    {AUDIT_ARCH_X86_64,
     ~UINT32_C(0x40000000), /* x32 has these calls by the same numbers, and this bit */
     {{12, TRACED_BRK},
      {9, TRACED_MMAP},
      {25, TRACED_MREMAP},
      {10, TRACED_MPROTECT},
      {329, TRACED_MPROTECT}, /* pkey_mprotect */
      {11, TRACED_MUNMAP},
      {56, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {317, TRACED_SECCOMP},
      {101, TRACED_PTRACE},
      {521, TRACED_PTRACE}}}, /* x32's */
    {AUDIT_ARCH_I386,
     ~UINT32_C(0),
     {{45, TRACED_BRK},
      {192, TRACED_MMAP}, /* mmap2 */
      {90, TRACED_OLD_MMAP},
      {163, TRACED_MREMAP},
      {125, TRACED_MPROTECT},
      {380, TRACED_MPROTECT}, /* pkey_mprotect */
      {91, TRACED_MUNMAP},
      {120, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {354, TRACED_SECCOMP},
      {26, TRACED_PTRACE}}},
};

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
