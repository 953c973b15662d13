/* SPDX-License-Identifier: MIT
 *
 * System calls as verbs, as in kernel.h: what has to be known of a file that is about to be
 * executed. All of it may be called by a child of vfork, and by signal handlers.
 */
#ifndef MEMRESTRICT_KERNEL_EXEC_H
#define MEMRESTRICT_KERNEL_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* execve(2) itself, for who calls it before the library is ready. */
int kernel_execve(const char *path, char *const *argv, char *const *environment);
/* execveat(2), which is all that the C library's is. */
int kernel_execveat(int folder, const char *path, char *const *argv, char *const *environment,
                    int flags);

struct kernel_status {
    unsigned mode, user, group;
};
/* As fstatat(2) with `flags`. False: there is no such file, or it cannot be told. */
bool kernel_status(int folder, const char *path, int flags, struct kernel_status *status);
/* As openat(2), to be read: no terminal becomes ours, and nothing is waited for. */
int kernel_open_program(int folder, const char *path);
/* From an offset of the file on; moves the descriptor's own. */
ssize_t kernel_read_from(int fd, uint64_t offset, void *buffer, size_t bytes);

/* Does the file give capabilities to who executes it? */
bool kernel_has_capabilities(int fd);
/* Will the bits of its mode and its capabilities count for nothing: by its mount, or by this
 * process's no_new_privs? */
bool kernel_gains_nothing(int fd);
/* Real and effective. */
struct kernel_users {
    unsigned user, effective_user, group, effective_group;
};
struct kernel_users kernel_users(void);

/* Sends a signal to a process, if it may. */
void kernel_tell(int pid, int number);
/* A filter of seccomp(2), of so many instructions, for this thread and all that it becomes: without
 * the privilege to do otherwise it gives up the gain of privileges by exec. */
bool kernel_filter(const void *code, unsigned short length);

int kernel_parent(void); /* its process ID */

/* Could a program of this process read that file? */
bool kernel_can_read(const char *path);
bool kernel_can_execute(const char *path);
/* Are the bytes there to be read, a word of them from `at` on, without a signal? */
bool kernel_is_mapped(const void *at);

#endif
