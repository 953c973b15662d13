/* SPDX-License-Identifier: MIT */
#include "ground/lock.h"

#include "ground/counter.h"

enum { SPINS = 100 }; /* holders are gone after a few hundred cycles, unless they were preempted */

void (*lock_on_copy)(void);

/* Holds 1, but in a copy 0; made when there is a second thread. */
static _Atomic int *_Atomic copy_mark;

static void watch_for_copies(void)
{
    _Atomic int *none = NULL, *mark = kernel_copy_mark();
    if (mark == NULL)
        return;
    atomic_store(mark, 1);
    atomic_compare_exchange_strong(&copy_mark, &none,
                                   mark); /* two threads at once: a page is lost */
}

void lock_copy_known(void)
{
    _Atomic int *mark = atomic_load(&copy_mark);
    if (mark != NULL)
        atomic_store(mark, 1);
}

static void look_whether_copied(void)
{
    _Atomic int *mark = atomic_load(&copy_mark);
    if (mark != NULL && atomic_load(mark) == 0 && lock_on_copy != NULL)
        lock_on_copy();
}

/* A thread goes by its guard, whose address a forked child has too. */
static inline void note_owner(struct lock *lock, const void *owner)
{
#ifdef MEMRESTRICT_DEBUG
    atomic_store_explicit(&lock->owner, owner, memory_order_relaxed);
#else
    (void)lock;
    (void)owner;
#endif
}

#ifdef MEMRESTRICT_DEBUG
void lock_assert_held(const struct lock *lock)
{
    if (guard.forking == 0 && atomic_load_explicit(&lock->owner, memory_order_relaxed) != &guard)
        __builtin_trap();
}
#endif

static bool grab(struct lock *lock)
{
    int free = 0;
    bool grabbed = atomic_compare_exchange_strong_explicit(
        &lock->word, &free, 1, memory_order_acquire, memory_order_relaxed);
    if (grabbed)
        note_owner(lock, &guard);
    return grabbed;
}

static void acquire(struct lock *lock)
{
    for (int i = 0; i < SPINS; i++)
        if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 && grab(lock))
            return;
    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0)
        if (!kernel_wait(&lock->word, 2))
            look_whether_copied();
    note_owner(lock, &guard);
}

static void release(struct lock *lock)
{
    note_owner(lock, NULL);
    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)
        kernel_wake(&lock->word);
}

static void mask(struct lock_hold *hold)
{
    hold->masked = true;
    if (UNLIKELY(atomic_load_explicit(&copy_mark, memory_order_relaxed) == NULL) &&
        !counter_alone())
        watch_for_copies();
    kernel_signals_block(&hold->mask);
}

void lock_take(struct lock *lock, struct lock_hold *hold)
{
    mask(hold);
    if (guard.forking == 0)
        acquire(lock);
}

bool lock_enter(struct lock *lock, struct lock_hold *hold)
{
    hold->masked = false;
    if (guard.forking == 0 && counter_alone())
        return grab(lock);
    lock_take(lock, hold);
    return true;
}

bool lock_try(struct lock *lock, struct lock_hold *hold)
{
    bool ours = guard.forking > 0;
    if (!ours && atomic_load_explicit(&lock->word, memory_order_relaxed) != 0)
        return false;
    mask(hold);
    if (ours || grab(lock))
        return true;
    kernel_signals_restore(&hold->mask);
    return false;
}

void lock_drop(struct lock *lock, const struct lock_hold *hold)
{
    if (guard.forking == 0)
        release(lock);
    if (hold->masked)
        kernel_signals_restore(&hold->mask);
}

bool lock_is_free(const struct lock *lock)
{
    return atomic_load_explicit(&lock->word, memory_order_relaxed) == 0;
}

void lock_fork_take(struct lock *lock) { acquire(lock); }
void lock_fork_drop(struct lock *lock) { release(lock); }

void lock_fork_reset(struct lock *lock)
{
    note_owner(lock, NULL);
    atomic_store(&lock->word, 0);
}
