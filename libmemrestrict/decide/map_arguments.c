/* SPDX-License-Identifier: MIT */
#include "decide/map_arguments.h"

#include "common/kernel.h"
#include "common/proc.h"
#include "ground/guard.h"
#include "ground/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* The kernel rounds a length in huge pages up to whole ones (mmap(2)). */
static uintptr_t huge_length(size_t length, int flags)
{
    static _Atomic uintptr_t standard;
    unsigned bits = (unsigned)flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
    if (bits == 0 && standard == 0)
        standard = (uintptr_t)proc_bytes("/proc/meminfo", "Hugepagesize:");
    uintptr_t huge = bits != 0 ? (bits < 8 * sizeof huge ? (uintptr_t)1 << bits : 0) : standard,
              sum;
    if (huge == 0 || __builtin_add_overflow(length, huge - 1, &sum))
        return pages_round(length);
    return sum & ~(huge - 1);
}

uintptr_t map_arguments_length(size_t length, int flags)
{
    return LIKELY(!(flags & MAP_HUGETLB)) ? pages_round(length) : huge_length(length, flags);
}

/* Of that size the kernel has no pages: it says so, and has nothing to give. */
static COLD bool is_no_huge_page(int flags)
{
    int probe = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_HUGETLB |
                (flags & (int)((unsigned)MAP_HUGE_MASK << MAP_HUGE_SHIFT));
    int *error = guard_errno(), saved = *error;
    void *page = kernel_mmap(NULL, 1, PROT_NONE, probe, -1, 0);
    bool invalid = page == MAP_FAILED && *error == EINVAL;
    if (page != MAP_FAILED)
        kernel_munmap(page, huge_length(1, flags));
    *error = saved;
    return invalid;
}

bool map_arguments_are_invalid(int flags)
{
    int type = flags & MAP_TYPE;
    if (UNLIKELY(type == 0) || UNLIKELY(type == MAP_SHARED_VALIDATE && (flags & MAP_ANONYMOUS)))
        return true;
    return UNLIKELY(flags & MAP_HUGETLB) && (flags & MAP_ANONYMOUS) && is_no_huge_page(flags);
}

int map_arguments_error(int fd)
{
    int flags = kernel_open_flags(fd);
    struct kernel_inode inode = {.mode = 0};
    if (flags < 0 || (flags & O_PATH))
        return EBADF;
    if ((flags & O_ACCMODE) == O_WRONLY)
        return EACCES;
    kernel_inode(fd, &inode);
    return S_ISDIR(inode.mode) || S_ISFIFO(inode.mode) || S_ISSOCK(inode.mode) ? ENODEV : 0;
}

bool map_arguments_range(const void *addr, size_t length, uintptr_t *low, uintptr_t *high)
{
    size_t whole = pages_round(length);
    *low = (uintptr_t)addr;
    return whole != 0 && (*low & (pages_size() - 1)) == 0 &&
           !__builtin_add_overflow(*low, whole, high);
}

bool map_arguments_can_remap(void *addr, size_t old_length, size_t new_length, int flags,
                             void *new_addr)
{
    uintptr_t low, high;
    bool stays = flags & MREMAP_DONTUNMAP;
    return map_arguments_range(addr, new_length, &low, &high) &&
           (old_length == 0 || map_arguments_range(addr, old_length, &low, &high)) &&
           (!(flags & MREMAP_FIXED) || map_arguments_range(new_addr, new_length, &low, &high)) &&
           (!stays ||
            (pages_round(old_length) == pages_round(new_length) && (flags & MREMAP_MAYMOVE)));
}
