/* SPDX-License-Identifier: MIT
 *
 * System calls as verbs, as in kernel.h: for a copy of the process that nobody but this library
 * knows of. To the C library it is the same thread in another process: its cached thread ID stays
 * as it was, since locks that the thread held go by that.
 */
#ifndef MEMRESTRICT_KERNEL_COPY_H
#define MEMRESTRICT_KERNEL_COPY_H

#include <stdbool.h>
#include <stdint.h>

/* A copy, as of fork(2), but no handler is run, no signal will tell of its end, and wait(2) does
 * not see it. 0 in the copy; else its process ID, or a negative errno value. */
int kernel_copy_self(void);
/* In it: a process group of its own, and SIGKILL when its parent ends. */
void kernel_copy_begin(void);
/* The process group of this process. */
int kernel_group(void);

/* Waits for a copy to end, so many nanoseconds; it stays to be reaped. False: the time ran out. */
bool kernel_copy_wait(int pid, uint64_t nanoseconds);
/* Kills the rest of its group, and reaps it: its status as wait(2) gives it. */
int kernel_copy_reap(int pid);
/* Kills it and its group. */
void kernel_copy_kill(int pid);

/* CLOCK_MONOTONIC, in nanoseconds. */
uint64_t kernel_clock_now(void);

/* setitimer(2)'s ITIMER_REAL, alarm(2)'s too: stopped, and set to what was left. */
struct kernel_timer {
    long words[4];
};
void kernel_timer_stop(struct kernel_timer *timer);
void kernel_timer_go_on(const struct kernel_timer *timer);

/* The descriptors of this process, one after the other. */
struct kernel_descriptors {
    int fd;
    int length, at;
    _Alignas(8) char buffer[2048];
};
bool kernel_descriptors_open(struct kernel_descriptors *list);
/* -1: there are no more, and the list is closed. */
int kernel_descriptors_next(struct kernel_descriptors *list);

enum kernel_kind { KERNEL_NOTHING, KERNEL_FILE, KERNEL_FOLDER, KERNEL_OTHER };
struct kernel_descriptor {
    enum kernel_kind kind;
    uint64_t device, inode;
    int flags; /* of open(2), as F_GETFL gives them */
    bool cloexec;
};
/* KERNEL_NOTHING if it is closed. */
struct kernel_descriptor kernel_descriptor(int fd);
int64_t kernel_offset(int fd); /* negative: it has none */
/* The same file opened anew, at the same offset, in place of this descriptor. False: it cannot be,
 * and is as it was. */
bool kernel_reopen(int fd, const struct kernel_descriptor *descriptor);
/* `from` becomes `to` as well. */
bool kernel_dup_onto(int from, int to, bool cloexec);

#endif
