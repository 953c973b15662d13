/* SPDX-License-Identifier: MIT */
#include "judge/policy_texts.h"

#include <stddef.h>
#include <string.h>

/* Of prctl: names, no new privileges, the names of mappings, and what only asks. Of fcntl: the
 * flags of descriptors. Of clone: threads, in no other namespace, and traced. */
static const char compute[] =
    "default kill\n"
    "# The streams that it was given.\n"
    "allow read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2\n"
    "allow lseek _llseek close close_range fstat fstat64 dup dup2 dup3 fsync fdatasync\n"
    "allow poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64\n"
    "allow epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old\n"
    "allow epoll_pwait epoll_pwait2 eventfd eventfd2 fadvise64 fadvise64_64 copy_file_range\n"
    "allow fcntl fcntl64 if 1 == 0\n"
    "allow fcntl fcntl64 if 1 == 1\n"
    "allow fcntl fcntl64 if 1 == 2\n"
    "allow fcntl fcntl64 if 1 == 3\n"
    "allow fcntl fcntl64 if 1 == 4\n"
    "allow fcntl fcntl64 if 1 == 1030\n"
    "allow ioctl if 1 == 0x5401\n"
    "allow ioctl if 1 == 0x5413\n"
    "allow ioctl if 1 == 0x541b\n"
    "allow ioctl if 1 == 0x5450\n"
    "allow ioctl if 1 == 0x5451\n"
    "# Memory.\n"
    "allow brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock munlock\n"
    "# Time.\n"
    "allow clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time times\n"
    "allow nanosleep clock_nanosleep clock_nanosleep_time64 getrusage\n"
    "allow alarm getitimer setitimer timer_create timer_settime timer_settime64 timer_gettime\n"
    "allow timer_gettime64 timer_getoverrun timer_delete timerfd_create timerfd_settime\n"
    "allow timerfd_settime64 timerfd_gettime timerfd_gettime64\n"
    "# Signals, to itself.\n"
    "allow rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait\n"
    "allow rt_sigtimedwait_time64 sigaction sigprocmask sigreturn sigpending sigsuspend signal\n"
    "allow sigaltstack pause signalfd signalfd4 restart_syscall\n"
    "own kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo\n"
    "# Threads.\n"
    "allow clone if 0 & 0x7e830000 == 0x10000\n"
    "deny ENOSYS clone3 openat2\n"
    "allow futex futex_time64 futex_waitv set_robust_list get_robust_list set_tid_address rseq\n"
    "allow gettid sched_yield membarrier exit exit_group\n"
    "allow set_thread_area get_thread_area arch_prctl\n"
    "own sched_getaffinity sched_getparam sched_getscheduler getpriority\n"
    "# Itself.\n"
    "allow getpid getppid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32\n"
    "allow getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 getpgrp getpgid\n"
    "allow getsid getrlimit ugetrlimit getcpu getcwd umask uname sysinfo getrandom\n"
    "own prlimit64\n"
    "allow prctl if 0 == 15\n"
    "allow prctl if 0 == 16\n"
    "allow prctl if 0 == 38\n"
    "allow prctl if 0 == 39\n"
    "allow prctl if 0 == 3\n"
    "allow prctl if 0 == 23\n"
    "allow prctl if 0 == 0x53564d41\n"
    "# The files of its loader, its C library and --read.\n"
    "files open openat stat stat64 lstat lstat64 newfstatat fstatat64 statx\n"
    "files access faccessat faccessat2 readlink readlinkat statfs statfs64\n"
    "allow getdents getdents64 fstatfs fstatfs64\n";

/* No signal and no change to what is outside, by any of the ways that know a process by its
 * number; and no memory that nothing of ours counts, or that stays when all processes are gone. */
static const char none[] =
    "default allow\n"
    "own EPERM kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open\n"
    "own EPERM prlimit64 setpriority ioprio_set sched_setaffinity sched_setparam\n"
    "own EPERM sched_setscheduler sched_setattr process_vm_readv process_vm_writev\n"
    "own EPERM migrate_pages move_pages\n"
    "own EPERM fcntl fcntl64 if 1 == 8\n"
    "own EPERM fcntl fcntl64 if 1 == 15\n"
    "deny EPERM ioctl if 1 == 0x8901\n"
    "deny EPERM ioctl if 1 == 0x8902\n"
    "deny EPERM ptrace setns\n"
    "deny EPERM prctl if 0 == 4\n"
    "deny EPERM prctl if 0 == 35\n"
    "deny ENOSYS pidfd_send_signal pidfd_getfd process_madvise process_mrelease\n"
    "deny ENOSYS userfaultfd memfd_create memfd_secret shmget shmat msgget semget ipc\n"
    "deny ENOSYS io_uring_setup io_uring_enter io_uring_register\n";

const char *policy_text(const char *name)
{
    return strcmp(name, "compute") == 0 ? compute : strcmp(name, "none") == 0 ? none : NULL;
}
