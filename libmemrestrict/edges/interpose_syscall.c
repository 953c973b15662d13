/* SPDX-License-Identifier: MIT
 *
 * syscall(2) as programs see it, for those that map memory by number: SBCL has its heap so. The
 * calls that this library counts by name are counted here too; all others are jumped to, so that
 * the next function finds registers, stack and errno as the program left them. Only on machines
 * whose file in arch/ has the jump.
 */
#include "arch/arch.h"
#include "common/kernel.h"
#include "decide/gate_regions.h"
#include "edges/exports.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <asm/unistd.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef ARCH_SYSCALL

int pkey_mprotect(void *addr, size_t length, int prot, int key);

static bool counts(void)
{
    if (UNLIKELY(life() == LIFE_COLD) && !guard_is_inside())
        lifecycle_start();
    return life_counts();
}

/* The kernel's brk: where the break is now, whatever came of it. */
static long move_break(long to)
{
    struct gate_region region;
    int *error = guard_errno(), saved = *error;
    uintptr_t from = (uintptr_t)kernel_break(0);
    if (to == 0 || !counts())
        return (long)kernel_break((uintptr_t)to);
    if (!gate_break_begin(&region, CALL_brk, from, (uintptr_t)to)) {
        *error = saved;
        return (long)from;
    }
    uintptr_t result = kernel_break((uintptr_t)to);
    gate_break_end(&region, result == (uintptr_t)to);
    *error = saved;
    return (long)result;
}

/* With what the program passed, whether the call takes it or not. */
static __attribute__((used)) long count(long number, long a, long b, long c, long d, long e, long f)
{
    void *addr = (void *)a;
    switch (number) {
    case __NR_mmap: return (long)mmap(addr, (size_t)b, (int)c, (int)d, (int)e, f);
    case __NR_munmap: return munmap(addr, (size_t)b);
    case __NR_mremap: return (long)mremap(addr, (size_t)b, (size_t)c, (int)d, (void *)e);
    case __NR_mprotect: return mprotect(addr, (size_t)b, (int)c);
    case __NR_pkey_mprotect: return pkey_mprotect(addr, (size_t)b, (int)c, (int)d);
    case __NR_brk: return move_break(a);
    case __NR_exit_group: _exit((int)a);
    default: return real.syscall(number, a, b, c, d, e, f);
    }
}

EXPORT __attribute__((naked)) long syscall(__attribute__((unused)) long number, ...)
{
    ARCH_SYSCALL(count, real.syscall);
}

#endif
