/* SPDX-License-Identifier: MIT */
#define _FILE_OFFSET_BITS 64 /* before any include */
#include "ground/kernel_exec.h"

#include "common/kernel_call.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/statfs.h>

int kernel_execve(const char *path, char *const *argv, char *const *environment)
{
    errno = (int)-KERNEL_CALL(SYS_execve, path, argv, environment);
    return -1;
}

int kernel_execveat(int folder, const char *path, char *const *argv, char *const *environment,
                    int flags)
{
    long result = KERNEL_CALL(SYS_execveat, folder, path, argv, environment, flags);
    if (result == 0) /* it was only asked (AT_EXECVE_CHECK) */
        return 0;
    errno = (int)-result;
    return -1;
}

/* The struct is the kernel's, whatever headers there are. */
bool kernel_status(int folder, const char *path, int flags, struct kernel_status *status)
{
    struct {
        uint32_t mask, block;
        uint64_t attributes;
        uint32_t links, user, group;
        uint16_t mode, unused;
        uint64_t rest[28];
    } all;
    enum { BASIC = 0x7ff };
    if (KERNEL_CALL(SYS_statx, folder, path, flags, BASIC, &all) != 0)
        return false;
    *status = (struct kernel_status){.mode = all.mode, .user = all.user, .group = all.group};
    return true;
}

int kernel_open_program(int folder, const char *path)
{
    return (int)KERNEL_CALL(SYS_openat, folder, path,
                            O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_LARGEFILE, 0);
}

ssize_t kernel_read_from(int fd, uint64_t offset, void *buffer, size_t bytes)
{
    if (offset > INT32_MAX || KERNEL_CALL(SYS_lseek, fd, (long)offset, SEEK_SET) < 0)
        return -EINVAL;
    return KERNEL_CALL(SYS_read, fd, buffer, bytes);
}

void kernel_tell(int pid, int number) { KERNEL_CALL(SYS_kill, pid, number); }

bool kernel_filter(const void *code, unsigned short length)
{
#ifdef SYS_seccomp
    enum { MODE_FILTER = 1 };
    const struct {
        unsigned short length;
        const void *code;
    } program = {length, code};
    if (KERNEL_CALL(SYS_seccomp, MODE_FILTER, 0, &program) == 0)
        return true;
    return KERNEL_CALL(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0 &&
           KERNEL_CALL(SYS_seccomp, MODE_FILTER, 0, &program) == 0;
#else
    (void)code, (void)length;
    return false;
#endif
}

bool kernel_has_capabilities(int fd)
{
    char value[64];
    return KERNEL_CALL(SYS_fgetxattr, fd, "security.capability", value, sizeof value) > 0;
}

#ifdef SYS_fstatfs64
#define STATFS(fd, system) KERNEL_CALL(SYS_fstatfs64, fd, sizeof *(system), system)
#else
#define STATFS(fd, system) KERNEL_CALL(SYS_fstatfs, fd, system)
#endif

bool kernel_gains_nothing(int fd)
{
    enum { NO_SUID = 2 };
    struct statfs system = {.f_flags = 0};
    return KERNEL_CALL(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1 ||
           (STATFS(fd, &system) == 0 && (system.f_flags & NO_SUID));
}

/* Of 32-bit programs the older calls know 16 bits. */
#ifdef SYS_getuid32
#define USER(which) (unsigned)KERNEL_CALL(SYS_##which##32)
#else
#define USER(which) (unsigned)KERNEL_CALL(SYS_##which)
#endif

struct kernel_users kernel_users(void)
{
    return (struct kernel_users){.user = USER(getuid),
                                 .effective_user = USER(geteuid),
                                 .group = USER(getgid),
                                 .effective_group = USER(getegid)};
}

int kernel_parent(void) { return (int)KERNEL_CALL(SYS_getppid); }

bool kernel_can_read(const char *path)
{
    return KERNEL_CALL(SYS_faccessat, AT_FDCWD, path, R_OK) == 0;
}

bool kernel_can_execute(const char *path)
{
    return KERNEL_CALL(SYS_faccessat, AT_FDCWD, path, X_OK) == 0;
}

/* What to do with the mask is told wrongly, which the kernel finds out when it has read it. */
bool kernel_is_mapped(const void *at)
{
    enum { NO_SUCH = -1 };
    return at != NULL &&
           KERNEL_CALL(SYS_rt_sigprocmask, NO_SUCH, at, NULL, _NSIG / 8 > 8 ? 16 : 8) != -EFAULT;
}
