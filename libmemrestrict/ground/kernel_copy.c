/* SPDX-License-Identifier: MIT */
#include "ground/kernel_copy.h"

#include "common/kernel.h"
#include "common/kernel_call.h"
#include "common/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { NAP = 1000 * 1000 }; /* nanoseconds, where the end of a process cannot be waited for */

int kernel_copy_self(void)
{
    const long no_signal_at_its_end = 0;
    return (int)KERNEL_CALL(SYS_clone, no_signal_at_its_end, NULL, NULL, NULL, NULL);
}

void kernel_copy_begin(void)
{
    KERNEL_CALL(SYS_setpgid, 0, 0);
    KERNEL_CALL(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

int kernel_group(void) { return (int)KERNEL_CALL(SYS_getpgid, 0); }

uint64_t kernel_clock_now(void)
{
    struct timespec now = {0};
    QUIETLY(clock_gettime(CLOCK_MONOTONIC, &now));
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool has_ended(int pid)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    return KERNEL_CALL(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) !=
               0 ||
           info.si_pid == pid;
}

static void nap(uint64_t nanoseconds)
{
    struct kernel_time rest = {.nanoseconds = (long)(nanoseconds < NAP ? nanoseconds : NAP)};
    KERNEL_CALL(SYS_nanosleep, &rest, NULL);
}

bool kernel_copy_wait(int pid, uint64_t nanoseconds)
{
    uint64_t until = kernel_clock_now() + nanoseconds, now;
    int fd = (int)KERNEL_CALL(SYS_pidfd_open, pid, 0);
    bool ended;
    while (!(ended = has_ended(pid)) && (now = kernel_clock_now()) < until) {
        struct pollfd end = {.fd = fd, .events = POLLIN};
        struct kernel_time rest = {(long)((until - now) / 1000000000),
                                   (long)((until - now) % 1000000000)};
        if (fd < 0 || KERNEL_CALL(SYS_ppoll, &end, 1, &rest, NULL, 0) < 0)
            nap(until - now);
    }
    if (fd >= 0)
        kernel_close(fd);
    return ended;
}

int kernel_copy_reap(int pid)
{
    int status = 0;
    KERNEL_CALL(SYS_kill, -pid, SIGKILL);
    KERNEL_CALL(SYS_wait4, pid, &status, __WALL, NULL);
    return status;
}

void kernel_copy_kill(int pid)
{
    KERNEL_CALL(SYS_kill, -pid, SIGKILL);
    KERNEL_CALL(SYS_kill, pid, SIGKILL);
}

void kernel_timer_stop(struct kernel_timer *timer)
{
    const struct kernel_timer none = {{0}};
    KERNEL_CALL(SYS_setitimer, ITIMER_REAL, &none, timer);
}

void kernel_timer_go_on(const struct kernel_timer *timer)
{
    if (timer->words[2] != 0 || timer->words[3] != 0)
        KERNEL_CALL(SYS_setitimer, ITIMER_REAL, timer, NULL);
}

/* Descriptors */

struct directory_entry { /* as getdents64(2) writes it */
    uint64_t inode;
    int64_t next;
    unsigned short length;
    unsigned char type;
    char name[];
};

bool kernel_descriptors_open(struct kernel_descriptors *list)
{
    list->length = list->at = 0;
    list->fd = kernel_open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return list->fd >= 0;
}

static const struct directory_entry *next_entry(struct kernel_descriptors *list)
{
    if (list->at >= list->length) {
        list->length =
            (int)KERNEL_CALL(SYS_getdents64, list->fd, list->buffer, sizeof list->buffer);
        list->at = 0;
    }
    if (list->length <= 0)
        return NULL;
    const struct directory_entry *entry = (const void *)(list->buffer + list->at);
    list->at += entry->length;
    return entry;
}

int kernel_descriptors_next(struct kernel_descriptors *list)
{
    const struct directory_entry *entry;
    while ((entry = next_entry(list)) != NULL) {
        int fd = 0;
        const char *at = entry->name;
        for (; *at >= '0' && *at <= '9'; at++)
            fd = 10 * fd + (*at - '0');
        if (at != entry->name && *at == '\0' && fd != list->fd)
            return fd;
    }
    kernel_close(list->fd);
    return -1;
}

struct kernel_descriptor kernel_descriptor(int fd)
{
    struct kernel_inode inode;
    struct kernel_descriptor descriptor = {.kind = KERNEL_NOTHING};
    if (!kernel_inode(fd, &inode))
        return descriptor;
    descriptor.kind = S_ISREG(inode.mode)   ? KERNEL_FILE
                      : S_ISDIR(inode.mode) ? KERNEL_FOLDER
                                            : KERNEL_OTHER;
    descriptor.device = inode.device;
    descriptor.inode = inode.number;
    descriptor.flags = (int)KERNEL_CALL(SYS_fcntl, fd, F_GETFL);
    descriptor.cloexec = KERNEL_CALL(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC;
    return descriptor;
}

/* One symbol less for the loader to look up in every program. */
static int64_t seek(int fd, int64_t offset, int whence)
{
#if defined(SYS__llseek)
    int64_t there;
    long error = KERNEL_CALL(SYS__llseek, fd, (long)(offset >> 32), (long)offset, &there, whence);
    return error == 0 ? there : error;
#else
    return KERNEL_CALL(SYS_lseek, fd, offset, whence);
#endif
}

int64_t kernel_offset(int fd) { return seek(fd, 0, SEEK_CUR); }

bool kernel_dup_onto(int from, int to, bool cloexec)
{
    return KERNEL_CALL(SYS_dup3, from, to, cloexec ? O_CLOEXEC : 0) == to;
}

bool kernel_reopen(int fd, const struct kernel_descriptor *descriptor)
{
    struct text path = {.length = 0};
    int64_t offset = kernel_offset(fd);
    if (offset < 0)
        return false;
    text_add(&path, "/proc/self/fd/");
    text_add_number(&path, (uint64_t)fd);
    text_add_char(&path, '\0');
    int anew =
        kernel_open(path.bytes, (descriptor->flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_CLOEXEC);
    bool done = anew >= 0 && seek(anew, offset, SEEK_SET) == offset &&
                kernel_dup_onto(anew, fd, descriptor->cloexec);
    if (anew >= 0)
        kernel_close(anew);
    return done;
}
