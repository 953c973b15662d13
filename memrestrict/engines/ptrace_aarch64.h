/* SPDX-License-Identifier: MIT
 *
 * AArch64: numbers of calls and names of registers. Included by ptrace_calls.h alone. 32-bit
 * programs are not in the table: their calls are not there.
 */
#include <elf.h>
#include <linux/audit.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

static const struct traced_kind traced_kinds[] = {
    {AUDIT_ARCH_AARCH64,
     ~UINT32_C(0),
     {{214, TRACED_BRK},
      {222, TRACED_MMAP},
      {216, TRACED_MREMAP},
      {226, TRACED_MPROTECT},
      {288, TRACED_MPROTECT}, /* pkey_mprotect */
      {215, TRACED_MUNMAP},
      {220, TRACED_CLONE},
      {435, TRACED_CLONE3},
      {277, TRACED_SECCOMP},
      {117, TRACED_PTRACE}}},
};

/* In the stop before a call: it is not made, and gives `value`. */
static inline bool traced_answer(int tid, int64_t value)
{
    struct user_regs_struct registers;
    int none = -1;
    struct iovec all = {&registers, sizeof registers}, number = {&none, sizeof none};
    if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &all) != 0)
        return false;
    registers.regs[0] = (unsigned long long)value;
    return ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &number) == 0 &&
           ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &all) == 0;
}

/* There is no call whose arguments are in memory. */
struct traced_saved {
    char none;
};
static inline bool traced_widen(int tid, const uint32_t args[6], struct traced_saved *saved)
{
    (void)tid, (void)args, (void)saved;
    return false;
}
static inline bool traced_unwiden(int tid, const struct traced_saved *saved)
{
    (void)tid, (void)saved;
    return false;
}
