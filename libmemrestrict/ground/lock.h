/* SPDX-License-Identifier: MIT
 *
 * A lock for the slow paths: a futex, held with all signals blocked, so that a handler that
 * allocates or maps can never meet a lock that its own thread holds. No foreign code runs under it.
 * Zero-initialized is free. The thread that forks holds every lock (lock_fork_*): for it, and it
 * alone, taking is a no-op until the fork is over, so fork handlers of others may allocate.
 */
#ifndef MEMRESTRICT_LOCK_H
#define MEMRESTRICT_LOCK_H

#include "common/kernel.h"

struct lock {
    _Atomic int word; /* 0 free, 1 held, 2 held and waited for */
#ifdef MEMRESTRICT_DEBUG
    const void *_Atomic owner; /* the guard of the thread that holds it; NULL: none */
#endif
};

struct lock_hold {
    bool masked;
    struct kernel_mask mask;
};

void lock_take(struct lock *lock, struct lock_hold *hold);
/* The same without a system call while the process has one thread: a sandboxed program may not be
 * allowed to change its signal mask. False: a signal handler came in between, and this thread holds
 * the lock already. A lock that is taken so must be taken so everywhere. */
bool lock_enter(struct lock *lock, struct lock_hold *hold);
/* false: it is held by another thread, or would have to be waited for. */
bool lock_try(struct lock *lock, struct lock_hold *hold);
void lock_drop(struct lock *lock, const struct lock_hold *hold);

/* In a copy of the process that was made without fork handlers (clone, _Fork), the holder of a lock
 * may be a thread that was not copied. Who has waited for a while there calls this, if it is not
 * NULL, to reset the locks. The process is known to be no such copy from lock_copy_known on. */
extern void (*lock_on_copy)(void);
void lock_copy_known(void);

bool lock_is_free(const struct lock *lock);

/* A function whose name ends in _locked is called by a thread that holds its module's lock. Builds
 * with MEMRESTRICT_DEBUG, as the tests under sanitizers are, stop where that is not so. */
#ifdef MEMRESTRICT_DEBUG
void lock_assert_held(const struct lock *lock);
#else
static inline void lock_assert_held(const struct lock *lock) { (void)lock; }
#endif

/* For fork: signals stay as they are, and other threads wait. `reset` makes the lock free in a
 * child. */
void lock_fork_take(struct lock *lock);
void lock_fork_drop(struct lock *lock);
void lock_fork_reset(struct lock *lock);

#endif
