/* SPDX-License-Identifier: MIT
 *
 * What a kind of machine may say in its file, and what holds where it does not. For arch.h alone.
 */
#ifndef MEMRESTRICT_ARCH_PORTABLE_H
#define MEMRESTRICT_ARCH_PORTABLE_H

#include <errno.h>
#include <stdatomic.h>
#include <ucontext.h>
#include <unistd.h>

/* A system call: its result, or a negative errno value. errno is left alone. Made in place, it
 * touches no page of the C library. */
#ifndef ARCH_SYSTEM_CALL
static inline long arch_system_call(long number, long a, long b, long c, long d, long e, long f)
{
    int saved = errno;
    long result = syscall(number, a, b, c, d, e, f);
    if (result == -1)
        result = -errno;
    errno = saved;
    return result;
}
#endif

/* Arithmetic on a word that no other thread writes meanwhile, in one instruction: a signal handler
 * of the same thread comes before it or after it. With ARCH_COUNTS_ALONE it costs less than what
 * threads may share. */
#ifndef ARCH_COUNTS_ALONE
#define ARCH_COUNTS_ALONE false
/* If it is *expected it becomes `desired`; if not, *expected becomes what it is. */
static inline bool arch_swap_alone(_Atomic uint64_t *at, uint64_t *expected, uint64_t desired)
{
    return atomic_compare_exchange_strong_explicit(at, expected, desired, memory_order_relaxed,
                                                   memory_order_relaxed);
}

/* False: there was less, and now there is 2^64 more than that would leave. */
static inline bool arch_subtract_alone(_Atomic uint64_t *at, uint64_t amount)
{
    return atomic_fetch_sub_explicit(at, amount, memory_order_relaxed) >= amount;
}

static inline void arch_add_alone(_Atomic uint64_t *at, uint64_t amount)
{
    atomic_fetch_add_explicit(at, amount, memory_order_relaxed);
}
#endif

/* Can stacks be taken (unwind.c)? Then DWARF's numbers of the frame pointer, the stack pointer and
 * the return address are known. */
#ifndef ARCH_UNWINDS
#define ARCH_UNWINDS false
enum { ARCH_DWARF_FP = 0, ARCH_DWARF_SP = 0, ARCH_DWARF_RA = 0 };
#endif

/* Does the compiler itself know how to jump back from a signal handler (__builtin_longjmp)? Then
 * ARCH_JUMPS_BY_COMPILER is there. */

/* Does a call leave its return address on the stack, where a wild jump finds it? */
#ifndef ARCH_CALL_PUSHES
#define ARCH_CALL_PUSHES false
#endif

/* The registers that a signal handler is given. False: not known here. */
#ifndef ARCH_REGISTERS
static inline bool arch_registers_of(const ucontext_t *context, struct arch_registers *registers)
{
    (void)context;
    (void)registers;
    return false;
}

/* The same as the kernel has put it on the stack: `sp` is the canonical frame address of the frame
 * that it made to call a handler. */
static inline const ucontext_t *arch_signal_frame(uintptr_t sp) { return (const ucontext_t *)sp; }
#endif

#endif
