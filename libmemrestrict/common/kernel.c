/* SPDX-License-Identifier: MIT */
#include "common/kernel.h"

#include "common/kernel_call.h"

#include <asm/statfs.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <linux/membarrier.h>
#include <time.h>
#include <unistd.h>

#if defined(SYS_mmap2)
#define MMAP_CALL SYS_mmap2
#define MMAP_UNIT                                                                                  \
    4096 /* mmap2 counts its offset in units of 4096 bytes on every architecture we meet */
#else
#define MMAP_CALL SYS_mmap
#define MMAP_UNIT 1
#endif

static bool is_error(long result) { return (unsigned long)result >= -4095ul; }

/* As the C library's functions say it. */
static long with_errno(long result)
{
    if (!is_error(result))
        return result;
    errno = (int)-result;
    return -1;
}

void *kernel_pages(size_t bytes)
{
    long pages = KERNEL_CALL(MMAP_CALL, NULL, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return is_error(pages) ? NULL : (void *)pages;
}

void kernel_pages_free(void *pages, size_t bytes) { KERNEL_CALL(SYS_munmap, pages, bytes); }

void kernel_pages_huge(void *pages, size_t bytes)
{
    KERNEL_CALL(SYS_madvise, pages, bytes, MADV_HUGEPAGE);
}

int kernel_pages_protect(void *pages, size_t bytes, int access)
{
    return (int)KERNEL_CALL(SYS_mprotect, pages, bytes, access);
}

/* Headers may not know these. */
int kernel_pages_seal(void *pages, size_t bytes)
{
    enum { MSEAL = 462 };
    return (int)KERNEL_CALL(MSEAL, pages, bytes, 0);
}

void kernel_pages_name(void *pages, size_t bytes, const char *name)
{
    enum { SET_VMA = 0x53564d41, ANON_NAME = 0 };
    KERNEL_CALL(SYS_prctl, SET_VMA, ANON_NAME, pages, bytes, name);
}

static bool has_bytes(int fd, uint64_t bytes)
{
#ifdef SYS__llseek /* of 32 bits: a file may be longer than a long says */
    int64_t size = 0;
    return KERNEL_CALL(SYS__llseek, fd, 0L, 0L, &size, SEEK_END) == 0 && (uint64_t)size >= bytes;
#else
    long size = KERNEL_CALL(SYS_lseek, fd, 0L, SEEK_END);
    return !is_error(size) && (uint64_t)size >= bytes;
#endif
}

static void *map_open(int fd, int64_t offset, size_t bytes, uint64_t whole, int *error)
{
    int saved_errno = errno;
    *error = -ENODATA;
    if (!has_bytes(fd, whole))
        return NULL;
    void *pages = kernel_mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    *error = pages == MAP_FAILED ? -errno : 0;
    errno = saved_errno;
    if (pages == MAP_FAILED)
        return NULL;
    KERNEL_CALL(SYS_madvise, pages, bytes, MADV_DONTDUMP);
    return pages;
}

void *kernel_map_shared(const char *path, int64_t offset, size_t bytes, uint64_t whole, int *error)
{
    int fd = kernel_open(path, O_RDWR | O_CLOEXEC | O_LARGEFILE | O_NONBLOCK);
    *error = fd;
    if (fd < 0)
        return NULL;
    void *pages = map_open(fd, offset, bytes, whole, error);
    kernel_close(fd);
    return pages;
}

void *kernel_map_again(void *pages, size_t bytes, void *where)
{
    int saved_errno = errno, flags = MREMAP_MAYMOVE | (where != NULL ? MREMAP_FIXED : 0);
    void *view = kernel_mremap(pages, 0, bytes, flags, where);
    errno = saved_errno;
    return view == MAP_FAILED ? NULL : view;
}

void *kernel_map_file(const char *path, size_t *bytes)
{
    enum { READ = O_RDONLY | O_CLOEXEC };
    int fd = kernel_open(path, READ | O_LARGEFILE), saved_errno = errno;
    if (fd < 0)
        return NULL;
    long size = KERNEL_CALL(SYS_lseek, fd, 0L, SEEK_END);
    void *pages =
        size > 0 ? kernel_mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    errno = saved_errno;
    kernel_close(fd);
    *bytes = (size_t)size;
    return pages == MAP_FAILED ? NULL : pages;
}

void *kernel_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
    if (offset % MMAP_UNIT != 0) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    return (void *)with_errno(
        KERNEL_CALL(MMAP_CALL, addr, len, prot, flags, fd, offset / MMAP_UNIT));
}

int kernel_munmap(void *addr, size_t len)
{
    return (int)with_errno(KERNEL_CALL(SYS_munmap, addr, len));
}

void *kernel_mremap(void *addr, size_t old_len, size_t new_len, int flags, void *new_addr)
{
    return (void *)with_errno(KERNEL_CALL(SYS_mremap, addr, old_len, new_len, flags, new_addr));
}

int kernel_mprotect(void *addr, size_t len, int prot)
{
    return (int)with_errno(KERNEL_CALL(SYS_mprotect, addr, len, prot));
}

_Atomic int *kernel_copy_mark(void)
{
    enum { LEAST_PAGE = 4096 };
    void *page = kernel_pages(LEAST_PAGE);
    if (page != NULL && KERNEL_CALL(SYS_madvise, page, LEAST_PAGE, MADV_WIPEONFORK) != 0) {
        kernel_pages_free(page, LEAST_PAGE);
        page = NULL;
    }
    return page;
}

int kernel_pkey_mprotect(void *addr, size_t len, int prot, int key)
{
    return (int)with_errno(KERNEL_CALL(SYS_pkey_mprotect, addr, len, prot, key));
}

bool kernel_wait(_Atomic int *word, int value)
{
    struct kernel_time timeout = {.nanoseconds = 100 * 1000 * 1000};
    return KERNEL_CALL(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &timeout, NULL, 0) != -ETIMEDOUT;
}

void kernel_wake(_Atomic int *word)
{
    KERNEL_CALL(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void kernel_wake_all(_Atomic int *word)
{
    KERNEL_CALL(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

bool kernel_wait_shared(_Atomic int32_t *word, int32_t value, unsigned milliseconds)
{
    struct kernel_time timeout = {.nanoseconds = (long)milliseconds * 1000 * 1000};
    return KERNEL_CALL(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0) != -ETIMEDOUT;
}

void kernel_wake_shared(_Atomic int32_t *word)
{
    KERNEL_CALL(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

uint64_t kernel_clock(void)
{
    struct timespec now = {0};
    QUIETLY(clock_gettime(CLOCK_MONOTONIC_COARSE, &now));
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The kernel's sigset_t has one bit a signal: 64 of them, 128 on MIPS. */
#define MASK_BYTES (_NSIG / 8 > 8 ? 16 : 8)

void kernel_signals_block(struct kernel_mask *saved)
{
    static const struct kernel_mask all = {.words = {[0 ... 16 / sizeof(long) - 1] = ~0ul}};
    KERNEL_CALL(SYS_rt_sigprocmask, SIG_SETMASK, &all, saved, MASK_BYTES);
}

static struct kernel_mask mask_of(const int *numbers)
{
    enum { LONG_BITS = 8 * sizeof(unsigned long) };
    struct kernel_mask set = {.words = {0}};
    for (; *numbers != 0; numbers++)
        set.words[(*numbers - 1) / LONG_BITS] |= 1ul << (*numbers - 1) % LONG_BITS;
    return set;
}

void kernel_signals_block_these(const int *numbers, struct kernel_mask *saved)
{
    struct kernel_mask set = mask_of(numbers);
    KERNEL_CALL(SYS_rt_sigprocmask, SIG_BLOCK, &set, saved, MASK_BYTES);
}

void kernel_signals_restore(const struct kernel_mask *saved)
{
    KERNEL_CALL(SYS_rt_sigprocmask, SIG_SETMASK, saved, NULL, MASK_BYTES);
}

bool kernel_signal_pending(int number)
{
    struct kernel_mask pending = {.words = {0}};
    KERNEL_CALL(SYS_rt_sigpending, &pending, MASK_BYTES);
    return pending.words[0] >> (number - 1) & 1;
}

void kernel_signal_discard(int number)
{
    struct kernel_time none = {0};
    struct kernel_mask set = mask_of((int[]){number, 0});
    KERNEL_CALL(SYS_rt_sigtimedwait, &set, NULL, &none, MASK_BYTES);
}

int kernel_signal_stack(const void *stack, void *before)
{
    return (int)KERNEL_CALL(SYS_sigaltstack, stack, before);
}

void kernel_signal_send(int number, const void *info)
{
    int pid = kernel_pid(), thread = kernel_thread();
    if (info == NULL || KERNEL_CALL(SYS_rt_tgsigqueueinfo, pid, thread, number, info) != 0)
        KERNEL_CALL(SYS_tgkill, pid, thread, number);
}

bool kernel_is_nobody(int pid) { return KERNEL_CALL(SYS_kill, pid, 0) == -ESRCH; }

void kernel_thread_name(char name[KERNEL_THREAD_NAME])
{
    name[0] = name[KERNEL_THREAD_NAME - 1] = '\0';
    KERNEL_CALL(SYS_prctl, PR_GET_NAME, name, 0L, 0L, 0L);
}

int kernel_thread(void) { return (int)KERNEL_CALL(SYS_gettid); }

bool kernel_is_no_thread(int thread)
{
    return KERNEL_CALL(SYS_tgkill, kernel_pid(), thread, 0) == -ESRCH;
}

bool kernel_barrier_start(void)
{
    return KERNEL_CALL(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

bool kernel_barrier(void)
{
    for (int i = 0; i < 2; i++)
        if (KERNEL_CALL(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0)
            return true;
        else if (!kernel_barrier_start()) /* a copy of the process may have to ask anew */
            return false;
    return false;
}

uintptr_t kernel_break(uintptr_t to) { return (uintptr_t)KERNEL_CALL(SYS_brk, to); }

uint64_t kernel_limit(int resource)
{
    uint64_t limits[2] = {UINT64_MAX, UINT64_MAX}; /* soft and hard, on every machine */
    KERNEL_CALL(SYS_prlimit64, 0, resource, NULL, limits);
    return limits[0];
}

int kernel_pid(void) { return (int)KERNEL_CALL(SYS_getpid); }

void kernel_stop_self(void) { KERNEL_CALL(SYS_kill, kernel_pid(), SIGSTOP); }

void kernel_yield(void) { KERNEL_CALL(SYS_sched_yield); }

void kernel_exit(int status)
{
    for (;;)
        KERNEL_CALL(SYS_exit_group, status);
}

int kernel_open(const char *path, int flags) { return kernel_open_at(AT_FDCWD, path, flags); }

int kernel_open_at(int folder, const char *name, int flags)
{
    return (int)KERNEL_CALL(SYS_openat, folder, name, flags, 0666);
}

/* openat2(2), which headers may not know. */
int kernel_open_linkless(const char *path, int flags)
{
    enum { NO_SYMLINKS = 0x04, CALL = 437 };
    struct {
        uint64_t flags, mode, resolve;
    } how = {(unsigned)flags, flags & O_CREAT ? 0666 : 0, NO_SYMLINKS};
    int fd = (int)KERNEL_CALL(CALL, AT_FDCWD, path, &how, sizeof how);
    return fd == -ENOSYS || fd == -EPERM || fd == -E2BIG || fd == -EINVAL ? -ELOOP : fd;
}

ssize_t kernel_read(int fd, void *buffer, size_t bytes)
{
    return KERNEL_CALL(SYS_read, fd, buffer, bytes);
}

ssize_t kernel_write(int fd, const void *buffer, size_t bytes)
{
    return KERNEL_CALL(SYS_write, fd, buffer, bytes);
}

void kernel_close(int fd) { KERNEL_CALL(SYS_close, fd); }

int kernel_dup_above(int fd, int lowest)
{
    return (int)KERNEL_CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest);
}

int kernel_open_flags(int fd) { return (int)KERNEL_CALL(SYS_fcntl, fd, F_GETFL); }

bool kernel_exists(const char *path)
{
    return KERNEL_CALL(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

bool kernel_readlink(const char *path, char *text, size_t room)
{
    return kernel_readlink_at(AT_FDCWD, path, text, room);
}

bool kernel_readlink_at(int folder, const char *name, char *text, size_t room)
{
    long length = KERNEL_CALL(SYS_readlinkat, folder, name, text, room);
    if (length < 0 || (size_t)length >= room)
        return false;
    text[length] = '\0';
    return true;
}

bool kernel_link(int fd, struct kernel_link *link)
{
    struct kernel_inode inode;
    if (!kernel_inode(fd, &inode))
        return false;
    *link = (struct kernel_link){S_ISLNK(inode.mode), inode.user};
    return true;
}

bool kernel_is_proc(int fd)
{
    struct statfs status = {.f_type = 0}; /* the kernel's */
    return KERNEL_CALL(SYS_fstatfs, fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/* Beside the number of today's users some machines have the one of 16 bits. */
uint32_t kernel_user(void)
{
#if defined(SYS_geteuid32)
    return (uint32_t)KERNEL_CALL(SYS_geteuid32);
#else
    return (uint32_t)KERNEL_CALL(SYS_geteuid);
#endif
}

bool kernel_cwd(char *text, size_t room) { return KERNEL_CALL(SYS_getcwd, text, room) > 0; }

/* statx(2) in nanoseconds; 0: not known. The struct is the kernel's, whatever headers there are. */
static uint64_t birth_of(int fd)
{
    struct {
        uint32_t mask, unused[15];
        struct {
            int64_t seconds;
            uint32_t nanoseconds, unused;
        } accessed, born, changed, modified;
        uint32_t rest[32];
    } status = {.mask = 0};
    enum { EMPTY_PATH = 0x1000, BORN = 0x800 };
    if (KERNEL_CALL(SYS_statx, fd, "", EMPTY_PATH, BORN, &status) != 0 || !(status.mask & BORN))
        return 0;
    return (uint64_t)status.born.seconds * 1000000000 + status.born.nanoseconds;
}

bool kernel_identity(int fd, struct kernel_identity *identity)
{
    struct kernel_inode inode;
    if (!kernel_inode(fd, &inode))
        return false;
    identity->device = inode.device;
    identity->inode = inode.number;
    identity->birth = birth_of(fd);
    return true;
}

long kernel_by_number(long number, long a, long b, long c, long d, long e, long f)
{
    return (long)KERNEL_CALL(number, a, b, c, d, e, f);
}
