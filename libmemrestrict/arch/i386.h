/* SPDX-License-Identifier: MIT
 *
 * x86 of 32 bits. What each name means is said in portable.h. Stacks are taken up to a signal
 * handler, and not beyond.
 */
#ifndef MEMRESTRICT_ARCH_I386_H
#define MEMRESTRICT_ARCH_I386_H

/* syscall(2) says which registers: the sixth is the frame pointer, which the compiler may need. By
 * the kernel's own entry, which C libraries keep there: an interrupt takes several times as long.
 */
#define ARCH_SYSTEM_CALL
static inline long arch_system_call(long number, long a, long b, long c, long d, long e, long f)
{
    __asm__ volatile("pushl %[sixth]\n\txchgl %%ebp, (%%esp)\n\t"
                     "call *%%gs:16\n\t"
                     "popl %%ebp"
                     : "+a"(number)
                     : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [sixth] "g"(f)
                     : "memory");
    return number;
}

#define ARCH_UNWINDS true
enum { ARCH_DWARF_FP = 5, ARCH_DWARF_SP = 4, ARCH_DWARF_RA = 8 };

#define ARCH_CALL_PUSHES true

/* As in x86_64.h, with all arguments on the stack. */
#define ARCH_SYSCALL(counted, other, next)                                                         \
    __attribute__((visibility("default"), naked)) long syscall(                                    \
        __attribute__((unused)) long number, ...)                                                  \
    {                                                                                              \
        __asm__("movl 4(%esp), %eax\n\t"                                                           \
                "cmpl $11, %eax\n\tje 1f\n\t"  /* execve */                                        \
                "cmpl $358, %eax\n\tje 1f\n\t" /* execveat */                                      \
                "cmpl $45, %eax\n\tje 1f\n\t"  /* brk */                                           \
                "cmpl $90, %eax\n\tje 1f\n\t"  /* mmap */                                          \
                "cmpl $91, %eax\n\tje 1f\n\t"  /* munmap */                                        \
                "cmpl $125, %eax\n\tje 1f\n\t" /* mprotect */                                      \
                "cmpl $163, %eax\n\tje 1f\n\t" /* mremap */                                        \
                "cmpl $192, %eax\n\tje 1f\n\t" /* mmap2 */                                         \
                "cmpl $1, %eax\n\tje 1f\n\t"   /* exit */                                          \
                "cmpl $252, %eax\n\tje 1f\n\t" /* exit_group */                                    \
                "cmpl $380, %eax\n\tje 1f\n\t" /* pkey_mprotect */                                 \
                "subl $12, %esp\n\tcall " #next "\n\taddl $12, %esp\n\tjmp *%eax\n"                \
                "1:\tjmp " #counted);                                                              \
    }

#define ARCH_JUMPS_BY_COMPILER

#endif
