/* SPDX-License-Identifier: MIT
 *
 * x86-64, by the System V ABI. What each name means is said in portable.h.
 */
#ifndef MEMRESTRICT_ARCH_X86_64_H
#define MEMRESTRICT_ARCH_X86_64_H

#include <ucontext.h>

/* syscall(2) says which registers. */
#define ARCH_SYSTEM_CALL
static inline long arch_system_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long fourth __asm__("r10") = d, fifth __asm__("r8") = e, sixth __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return number;
}

/* syscall(3): to `counted` with the calls that map memory, start a program or end the process, all
 * arguments where they are; with any other to what `next` returns, which the pointer `other` holds.
 */
#define ARCH_SYSCALL(counted, other, next)                                                         \
    __attribute__((visibility("default"), naked)) long syscall(                                    \
        __attribute__((unused)) long number, ...)                                                  \
    {                                                                                              \
        __asm__("cmpq $9, %%rdi\n\tje 1f\n\t"   /* mmap */                                         \
                "cmpq $10, %%rdi\n\tje 1f\n\t"  /* mprotect */                                     \
                "cmpq $11, %%rdi\n\tje 1f\n\t"  /* munmap */                                       \
                "cmpq $12, %%rdi\n\tje 1f\n\t"  /* brk */                                          \
                "cmpq $25, %%rdi\n\tje 1f\n\t"  /* mremap */                                       \
                "cmpq $59, %%rdi\n\tje 1f\n\t"  /* execve */                                       \
                "cmpq $322, %%rdi\n\tje 1f\n\t" /* execveat */                                     \
                "cmpq $60, %%rdi\n\tje 1f\n\t"  /* exit */                                         \
                "cmpq $231, %%rdi\n\tje 1f\n\t" /* exit_group */                                   \
                "cmpq $329, %%rdi\n\tje 1f\n\t" /* pkey_mprotect */                                \
                "jmpq *%[next_one]\n"                                                              \
                "1:\tjmp %P[here]"                                                                 \
                :                                                                                  \
                : [next_one] "m"(other), [here] "i"(counted));                                     \
    }

/* Without a bus lock: a third of the cost. */
#define ARCH_COUNTS_ALONE true
static inline bool arch_swap_alone(_Atomic uint64_t *at, uint64_t *expected, uint64_t desired)
{
    bool swapped;
    __asm__ volatile("cmpxchgq %3, %1"
                     : "+a"(*expected), "+m"(*at), "=@ccz"(swapped)
                     : "r"(desired));
    return swapped;
}

static inline bool arch_subtract_alone(_Atomic uint64_t *at, uint64_t amount)
{
    bool enough;
    __asm__ volatile("subq %2, %0" : "+m"(*at), "=@ccnc"(enough) : "er"(amount));
    return enough;
}

static inline void arch_add_alone(_Atomic uint64_t *at, uint64_t amount)
{
    __asm__ volatile("addq %1, %0" : "+m"(*at) : "er"(amount) : "cc");
}

#define ARCH_UNWINDS true
enum { ARCH_DWARF_FP = 6, ARCH_DWARF_SP = 7, ARCH_DWARF_RA = 16 };

#define ARCH_CALL_PUSHES true

#define ARCH_REGISTERS
static inline bool arch_registers_of(const ucontext_t *context, struct arch_registers *registers)
{
    const greg_t *all = context->uc_mcontext.gregs;
    *registers = (struct arch_registers){(uintptr_t)all[REG_RIP], (uintptr_t)all[REG_RSP],
                                         (uintptr_t)all[REG_RBP]};
    return true;
}

static inline const ucontext_t *arch_signal_frame(uintptr_t sp) { return (const ucontext_t *)sp; }

#define ARCH_JUMPS_BY_COMPILER

#endif
