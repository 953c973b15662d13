/* SPDX-License-Identifier: MIT
 *
 * mmap and its family as programs see them. Inside the next allocator, before the start and in a
 * program that is not limited they go straight through; before the start even past dlsym, since an
 * allocator may map while it holds a lock that dlsym's own allocations would need.
 */
#include "edges/exports.h"
#include "edges/front.h"
#include "decide/gate.h"
#include "decide/gate_regions.h"
#include "common/kernel.h"
#include "edges/lifecycle.h"
#include "ground/real.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#undef mmap64
void *mmap64(void *addr, size_t length, int prot, int flags, int fd, int64_t offset);
int pkey_mprotect(void *addr, size_t length, int prot, int key);

static void *next_mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)
{
    if (real.mmap64 != NULL)
        return real.mmap64(addr, length, prot, flags, fd, offset);
    if (real.mmap != NULL)
        return real.mmap(addr, length, prot, flags, fd, (off_t)offset);
    return kernel_mmap(addr, length, prot, flags, fd, offset);
}

static int next_munmap(void *addr, size_t length)
{
    return real.munmap != NULL ? real.munmap(addr, length) : kernel_munmap(addr, length);
}

static void *next_mremap(void *addr, size_t old_length, size_t new_length, int flags,
                         void *new_addr)
{
    return real.mremap != NULL ? real.mremap(addr, old_length, new_length, flags, new_addr)
                               : kernel_mremap(addr, old_length, new_length, flags, new_addr);
}

/* Is this call to be counted? Constructors of libraries may map memory before anybody allocates. */
static inline bool counts(void)
{
    if (UNLIKELY(life() == LIFE_COLD) && !guard_is_inside())
        lifecycle_start();
    return life_counts();
}

static void *map(void *addr, size_t length, int prot, int flags, int fd, int64_t offset,
                 const void *caller)
{
    struct gate_region region;
    if (!counts())
        return next_mmap(addr, length, prot, flags, fd, offset);
    if (UNLIKELY(front_awaits_maps()))
        front_passed_maps();
    if (!gate_map_begin(&region, addr, length, prot, flags, fd))
        return MAP_FAILED;
    region.caller = caller;
    void *result = next_mmap(addr, length, prot, flags, fd, offset);
    if (!gate_map_end(&region, result)) {
        next_munmap(result, length);
        return MAP_FAILED;
    }
    return result;
}

EXPORT void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
    /* Where off_t has 32 bits, offsets from 2 GiB on are valid, and negative. */
    return map(addr, length, prot, flags, fd,
               sizeof offset == 4 ? (uint32_t)offset : (int64_t)offset,
               __builtin_return_address(0));
}

EXPORT void *mmap64(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)
{
    return map(addr, length, prot, flags, fd, offset, __builtin_return_address(0));
}

EXPORT int munmap(void *addr, size_t length)
{
    struct gate_region region;
    if (!life_active())
        return next_munmap(addr, length);
    if (!gate_unmap_begin(&region, addr, length, guard_is_inside()))
        return -1;
    int result = next_munmap(addr, length);
    gate_unmap_end(&region, result == 0);
    return result;
}

EXPORT void *mremap(void *addr, size_t old_length, size_t new_length, int flags, ...)
{
    struct gate_region region;
    void *new_addr = NULL;
    if (flags & ~MREMAP_MAYMOVE) { /* MREMAP_FIXED and MREMAP_DONTUNMAP read it */
        va_list arguments;
        va_start(arguments, flags);
        new_addr = va_arg(arguments, void *);
        va_end(arguments);
    }
    if (!counts())
        return next_mremap(addr, old_length, new_length, flags, new_addr);
    if (!gate_remap_begin(&region, addr, old_length, new_length, flags, new_addr))
        return MAP_FAILED;
    region.caller = __builtin_return_address(0);
    void *result = next_mremap(addr, old_length, new_length, flags, new_addr);
    gate_remap_end(&region, result);
    return result;
}

EXPORT int mprotect(void *addr, size_t length, int prot)
{
    struct gate_region region;
    if (!counts())
        return real.mprotect != NULL ? real.mprotect(addr, length, prot)
                                     : kernel_mprotect(addr, length, prot);
    if (!gate_protect_begin(&region, addr, length, prot))
        return -1;
    region.caller = __builtin_return_address(0);
    int result = real.mprotect(addr, length, prot);
    gate_protect_end(&region, result == 0);
    return result;
}

EXPORT int pkey_mprotect(void *addr, size_t length, int prot, int key)
{
    struct gate_region region;
    bool counted = counts();
    if (real.pkey_mprotect == NULL)
        return kernel_pkey_mprotect(addr, length, prot, key);
    if (!counted)
        return real.pkey_mprotect(addr, length, prot, key);
    if (!gate_protect_begin(&region, addr, length, prot))
        return -1;
    region.caller = __builtin_return_address(0);
    int result = real.pkey_mprotect(addr, length, prot, key);
    gate_protect_end(&region, result == 0);
    return result;
}

static void *next_sbrk(intptr_t increment)
{
    return real.sbrk != NULL ? real.sbrk(increment) : real_early_sbrk(increment);
}

/* Below the heap's start the break stays where it is, and the C library calls that a success. */
static bool is_break(uintptr_t end)
{
    int *error = guard_errno(), saved = *error;
    bool there = (uintptr_t)next_sbrk(0) == end;
    *error = saved;
    return there;
}

EXPORT void *sbrk(intptr_t increment)
{
    struct gate_region region;
    if (increment == 0 || !counts())
        return next_sbrk(increment);
    uintptr_t from = (uintptr_t)next_sbrk(0);
    if (!gate_break_begin(&region, CALL_sbrk, from, from + (uintptr_t)increment))
        return (void *)-1;
    region.caller = __builtin_return_address(0);
    void *result = next_sbrk(increment);
    gate_break_end(&region, is_break(from + (uintptr_t)increment));
    return result;
}

EXPORT int brk(void *end)
{
    struct gate_region region;
    bool counted = counts();
    uintptr_t from = (uintptr_t)next_sbrk(0);
    if (real.brk == NULL)
        return real_early_sbrk((intptr_t)((uintptr_t)end - from)) == (void *)-1 ? -1 : 0;
    if (!counted)
        return real.brk(end);
    if (!gate_break_begin(&region, CALL_brk, from, (uintptr_t)end))
        return -1;
    region.caller = __builtin_return_address(0);
    int result = real.brk(end);
    gate_break_end(&region, is_break((uintptr_t)end));
    return result;
}
