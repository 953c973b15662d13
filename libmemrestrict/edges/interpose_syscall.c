/* SPDX-License-Identifier: MIT
 *
 * syscall(2) as programs see it, for those that map memory by number: SBCL has its heap so; and for
 * those that start a program so. What this library takes by name is taken here too; all other calls
 * are jumped to, so that the next function finds registers, stack and errno as the program left
 * them. Only on machines whose file in arch/ has the jump.
 */
#include "arch/arch.h"
#include "common/kernel.h"
#include "ground/kernel_exec.h"
#include "decide/gate_regions.h"
#include "decide/membership.h"
#include "edges/exports.h"
#include "edges/front.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <asm/unistd.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef ARCH_SYSCALL

#undef mmap64
void *mmap64(void *addr, size_t length, int prot, int flags, int fd, int64_t offset);
int execveat(int, const char *, char *const *, char *const *, int);
int pkey_mprotect(void *addr, size_t length, int prot, int key);

#define UNIT ((uintptr_t)4096) /* of mmap2's offset */

static long take(long number, long a, long b, long c, long d, long e, long f);

/* What the library counts by name is counted here too, but not where it is the next allocator that
 * calls, or a function of its that maps for one of ours; nor for an allocator before us, which has
 * mappings of its own. */
static bool counts(void)
{
    if (UNLIKELY(life() == LIFE_COLD) && !guard_is_inside())
        lifecycle_start();
    return life_counts() && guard.mapping == 0 && !front_awaits_maps();
}

/* Inside the next allocator what is unmapped leaves the records, too. */
static bool counts_unmap(void)
{
    return life_active() && guard.mapping == 0 && !front_awaits_maps();
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
static long count(long number, long a, long b, long c, long d, long e, long f)
{
    void *addr = (void *)a;
    switch (number) {
#ifdef __NR_mmap2
    case __NR_mmap2:
        return (long)mmap64(addr, (size_t)b, (int)c, (int)d, (int)e, (int64_t)(uint32_t)f * UNIT);
#else
    case __NR_mmap: return (long)mmap(addr, (size_t)b, (int)c, (int)d, (int)e, f);
#endif
    case __NR_munmap: return munmap(addr, (size_t)b);
    case __NR_mremap: return (long)mremap(addr, (size_t)b, (size_t)c, (int)d, (void *)e);
    case __NR_mprotect: return mprotect(addr, (size_t)b, (int)c);
    default: return pkey_mprotect(addr, (size_t)b, (int)c, (int)d);
    }
}

#ifdef __NR_mmap2
static bool is_there(uintptr_t address) { return kernel_is_mapped((void *)(address & -UNIT)); }

/* The older mmap has its arguments in memory; those that it cannot take are told so by the kernel.
 */
static long take_older_mmap(long a)
{
    const unsigned long *of = (const unsigned long *)a;
    if (!is_there((uintptr_t)of) || !is_there((uintptr_t)(of + 6) - 1) || of[5] % UNIT != 0)
        return real_by_number(__NR_mmap, a, 0, 0, 0, 0, 0);
    return take(__NR_mmap2, (long)of[0], (long)of[1], (long)of[2], (long)of[3], (long)of[4],
                (long)(of[5] / UNIT));
}
#endif

static __attribute__((used)) long take(long number, long a, long b, long c, long d, long e, long f)
{
#ifdef __NR_mmap2
    if (number == __NR_mmap)
        return take_older_mmap(a);
#endif
    if (number == __NR_exit_group)
        _exit((int)a);
    if (number == __NR_exit) { /* of the process, too, if this is its last thread */
        membership_note_leaving();
        return real_by_number(number, a, b, c, d, e, f);
    }
    if (number == __NR_execve)
        return execve((const char *)a, (char *const *)b, (char *const *)c);
    if (number == __NR_execveat)
        return execveat((int)a, (const char *)b, (char *const *)c, (char *const *)d, (int)e);
    if (number == __NR_brk)
        return move_break(a);
    bool counted = number == __NR_munmap ? counts_unmap() : counts();
    return counted ? count(number, a, b, c, d, e, f) : real_by_number(number, a, b, c, d, e, f);
}

static __attribute__((used)) void *next_syscall(void) { return (void *)real.syscall; }

ARCH_SYSCALL(take, real.syscall, next_syscall)

#endif
