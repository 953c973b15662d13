/* SPDX-License-Identifier: MIT
 *
 * AArch64: names of registers. Included by ptrace_registers.h alone. 32-bit programs are in no
 * table of calls (traced_calls.h): their calls are not there.
 */
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

/* In the stop before a call: it is not made, and gives `value`. */
static inline bool traced_answer(int tid, int64_t value)
{
    struct user_regs_struct registers;
    int none = -1;
    struct iovec all = {&registers, sizeof registers}, number = {&none, sizeof none};
    if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &all) != 0)
        return false;
    registers.regs[0] = (unsigned long long)value;
    /* In this order: with its answer as its first argument, a call of those that are refused does
     * no harm, should we die in between. */
    return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &all) == 0 &&
           ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &number) == 0;
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
