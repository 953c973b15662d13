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

/* As in x86_64.h; gcc has no naked functions here. The hint is where a checked jump may land. */
#define ARCH_SYSCALL(counted, other, next)                                                         \
    __asm__(".text\n\t.p2align 4\n\t.globl syscall\n\t.type syscall, %function\n"                  \
            "syscall:\n\t.cfi_startproc\n\thint #34\n\t"                                           \
            "cmp x0, #93\n\tb.eq 1f\n\t"  /* exit */                                               \
            "cmp x0, #94\n\tb.eq 1f\n\t"  /* exit_group */                                         \
            "cmp x0, #221\n\tb.eq 1f\n\t" /* execve */                                             \
            "cmp x0, #281\n\tb.eq 1f\n\t" /* execveat */                                           \
            "cmp x0, #214\n\tb.eq 1f\n\t" /* brk */                                                \
            "cmp x0, #215\n\tb.eq 1f\n\t" /* munmap */                                             \
            "cmp x0, #216\n\tb.eq 1f\n\t" /* mremap */                                             \
            "cmp x0, #222\n\tb.eq 1f\n\t" /* mmap */                                               \
            "cmp x0, #226\n\tb.eq 1f\n\t" /* mprotect */                                           \
            "cmp x0, #288\n\tb.eq 1f\n\t" /* pkey_mprotect */                                      \
            "stp x29, x30, [sp, #-80]!\n\t.cfi_def_cfa_offset 80\n\t"                              \
            ".cfi_offset 29, -80\n\t.cfi_offset 30, -72\n\tmov x29, sp\n\t"                        \
            "stp x0, x1, [sp, #16]\n\tstp x2, x3, [sp, #32]\n\t"                                   \
            "stp x4, x5, [sp, #48]\n\tstr x6, [sp, #64]\n\t"                                       \
            "bl " #next "\n\tmov x16, x0\n\t"                                                      \
            "ldr x6, [sp, #64]\n\tldp x4, x5, [sp, #48]\n\t"                                       \
            "ldp x2, x3, [sp, #32]\n\tldp x0, x1, [sp, #16]\n\t"                                   \
            "ldp x29, x30, [sp], #80\n\t.cfi_restore 29\n\t.cfi_restore 30\n\t"                    \
            ".cfi_def_cfa_offset 0\n\tbr x16\n"                                                    \
            "1:\tb " #counted "\n\t.cfi_endproc\n\t.size syscall, . - syscall\n\t.previous");

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
