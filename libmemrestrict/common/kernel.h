/* SPDX-License-Identifier: MIT
 *
 * System calls as verbs, made directly: no interposed function, no cancellation point, no malloc.
 * kernel*.c alone know the calls' numbers, by kernel_call.h. Unless a comment says otherwise errno
 * is left alone, and an error is returned as a negative errno value. All are safe in signal
 * handlers and threads.
 */
#ifndef MEMRESTRICT_KERNEL_H
#define MEMRESTRICT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/mman.h>

/* Older headers lack these. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 3
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

/* Private, zeroed, readable and writable pages; NULL if there are none. */
void *kernel_pages(size_t bytes);
void kernel_pages_free(void *pages, size_t bytes);
/* Says that they had better be huge ones. */
void kernel_pages_huge(void *pages, size_t bytes);
/* mprotect(2); and mseal(2): what they may be is not changed any more. 0, or a negative errno. */
int kernel_pages_protect(void *pages, size_t bytes, int access);
int kernel_pages_seal(void *pages, size_t bytes);
/* How lists of mappings call them, where the kernel keeps such names. */
void kernel_pages_name(void *pages, size_t bytes, const char *name);

/* `bytes` of a file from `offset` on, shared, readable and writable, and left out of core dumps;
 * NULL, with a negative errno value in *error, if they are not to be had. A file that has not
 * `whole` bytes at least is ENODATA: to touch what it has not would end the process. */
void *kernel_map_shared(const char *path, int64_t offset, size_t bytes, uint64_t whole, int *error);
/* Shows whole pages of a shared mapping a second time: at `where`, instead of what is there, or, if
 * that is NULL, anywhere. NULL: it cannot be done, and what was at `where` may be gone. */
void *kernel_map_again(void *pages, size_t bytes, void *where);

/* All of a file, to be read, and its size; NULL: it cannot be had, or is empty. */
void *kernel_map_file(const char *path, size_t *bytes);

/* The calls themselves, for a program that makes them before the library is ready. They set errno
 * and return what the C library's functions of these names return. */
void *kernel_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset);
int kernel_munmap(void *addr, size_t len);
void *kernel_mremap(void *addr, size_t old_len, size_t new_len, int flags, void *new_addr);
int kernel_mprotect(void *addr, size_t len, int prot);
int kernel_pkey_mprotect(void *addr, size_t len, int prot, int key);

/* One page of zeros that becomes zeros again in a copy of the process (MADV_WIPEONFORK), but not
 * where memory is shared with the parent. NULL: not to be had. */
_Atomic int *kernel_copy_mark(void);

/* Waits until *word is no longer `value`, a wake-up, or 100 ms: every wait has an end. False: the
 * time ran out. */
bool kernel_wait(_Atomic int *word, int value);
void kernel_wake(_Atomic int *word); /* one waiter */
void kernel_wake_all(_Atomic int *word);

/* The same for a word in memory that processes share; `milliseconds` at most. */
bool kernel_wait_shared(_Atomic int32_t *word, int32_t value, unsigned milliseconds);
void kernel_wake_shared(_Atomic int32_t *word); /* all waiters */

/* CLOCK_MONOTONIC_COARSE, in nanoseconds, some milliseconds late: the only clock that needs neither
 * a system call (vdso(7)) nor the time stamp counter, both of which a sandbox may forbid
 * (PR_SET_SECCOMP). */
uint64_t kernel_clock(void);

/* A signal mask as the kernel writes it. Blocks all, the C library's internal ones too. */
struct kernel_mask {
    unsigned long words[16 / sizeof(unsigned long)];
};
void kernel_signals_block(struct kernel_mask *saved);
/* Blocks just these, ended by 0, beside what is blocked already. */
void kernel_signals_block_these(const int *numbers, struct kernel_mask *saved);
void kernel_signals_restore(const struct kernel_mask *saved);

/* Is the signal waiting to be delivered to this thread? */
bool kernel_signal_pending(int number);
/* Takes it from those that wait, without a handler; nothing if it does not. It must be blocked. */
void kernel_signal_discard(int number);
/* sigaltstack(2), of two stack_t. */
int kernel_signal_stack(const void *stack, void *before);
/* Sends it to this thread, as *info tells (a siginfo_t that came with one), or if NULL as by kill.
 */
void kernel_signal_send(int number, const void *info);

int kernel_pid(void);
/* The soft limit of getrlimit(2), UINT64_MAX: none. */
uint64_t kernel_limit(int resource);
/* brk(2) as the kernel has it: where the break is then, moved or not. */
uintptr_t kernel_break(uintptr_t to);
/* Any other: what it returns, or a negative errno value. */
long kernel_by_number(long number, long a, long b, long c, long d, long e, long f);
int kernel_thread(void); /* its ID */
/* The name of this thread, with a final zero. */
enum { KERNEL_THREAD_NAME = 16 };
void kernel_thread_name(char name[KERNEL_THREAD_NAME]);
/* Is there certainly no thread of that ID in this process? */
bool kernel_is_no_thread(int thread);

/* membarrier(2): every other thread of the process passes a full memory barrier before it returns.
 * False: not to be had. `start` says so beforehand, and is cheap while there is one thread. */
bool kernel_barrier_start(void);
bool kernel_barrier(void);
/* Is there certainly no process of that ID, as this process sees them? */
bool kernel_is_nobody(int pid);
void kernel_stop_self(void);
void kernel_yield(void); /* lets another thread run */
_Noreturn void kernel_exit(int status);

/* Descriptors. `open` takes open(2)'s flags and makes files with mode 0666. */
int kernel_open(const char *path, int flags);
ssize_t kernel_read(int fd, void *buffer, size_t bytes);
ssize_t kernel_write(int fd, const void *buffer, size_t bytes);
void kernel_close(int fd);
/* A copy of fd numbered `lowest` or above, closed on exec. */
int kernel_dup_above(int fd, int lowest);
/* open(2)'s flags that it was opened with. */
int kernel_open_flags(int fd);
/* The same as `open` below an open folder, or AT_FDCWD. */
int kernel_open_at(int folder, const char *name, int flags);
/* The same if no link is on the way; -ELOOP: there is one; or it cannot be told on this kernel. */
int kernel_open_linkless(const char *path, int flags);
/* Is there something of that name? */
bool kernel_exists(const char *path);
/* The text of a symbolic link, with a final zero; false if it does not fit or is none. */
bool kernel_readlink(const char *path, char *text, size_t room);
/* Below an open folder; of a link that is open itself where `name` is empty. */
bool kernel_readlink_at(int folder, const char *name, char *text, size_t room);
/* What fstat(2) tells. False: nothing is open, or it cannot be told. */
struct kernel_inode {
    uint64_t device, number;
    uint32_t mode, user;
};
bool kernel_inode(int fd, struct kernel_inode *inode);
/* Is what is open (O_PATH | O_NOFOLLOW) a symbolic link, and whose is it? False: cannot be told. */
struct kernel_link {
    bool is_link;
    uint32_t owner;
};
bool kernel_link(int fd, struct kernel_link *link);
/* Is this of the file system of proc(5)? */
bool kernel_is_proc(int fd);
uint32_t kernel_user(void); /* the effective one */
bool kernel_cwd(char *text, size_t room);

/* What makes an open file the same file: two descriptors with equal identities are copies. The time
 * of birth, where the file system has it, tells a file from an older one whose inode it got. */
struct kernel_identity {
    uint64_t device, inode, birth;
};
bool kernel_identity(int fd, struct kernel_identity *identity);

#endif
