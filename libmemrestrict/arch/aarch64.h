/* SPDX-License-Identifier: MIT
 *
 * AArch64. What each name means is said in portable.h.
 */
#ifndef MEMRESTRICT_ARCH_AARCH64_H
#define MEMRESTRICT_ARCH_AARCH64_H

#include <signal.h>
#include <ucontext.h>

/* syscall(2) says which registers. */
#define ARCH_SYSTEM_CALL
static inline long arch_system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long call __asm__("x8") = number, first __asm__("x0") = a, second __asm__("x1") = b;
    register long third __asm__("x2") = c, fourth __asm__("x3") = d, fifth __asm__("x4") = e;
    register long sixth __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
}

#define ARCH_UNWINDS true
enum { ARCH_DWARF_FP = 29, ARCH_DWARF_SP = 31, ARCH_DWARF_RA = 30 };

#define ARCH_REGISTERS
static inline bool arch_registers_of(const ucontext_t *context, struct arch_registers *registers)
{
    const mcontext_t *all = &context->uc_mcontext;
    *registers = (struct arch_registers){all->pc, all->sp, all->regs[29]};
    return true;
}

static inline const ucontext_t *arch_signal_frame(uintptr_t sp)
{
    return (const ucontext_t *)(sp + sizeof(siginfo_t));
}

#endif
