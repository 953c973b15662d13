/* SPDX-License-Identifier: MIT */
#include "records/scopes_inside.h"

#include "common/kernel.h"
#include "ground/thread_end.h"

#include <limits.h>

static _Atomic unsigned end_key = UINT_MAX; /* the thread's end leaves all; UINT_MAX: none yet */

/* The thread's calls of malloc go another way from here on. */
static inline void set_current(const struct scope_thread *thread)
{
    guard.scope = thread->count > 0 ? thread->in[thread->count - 1] : NULL;
    if (guard.level == GUARD_PLAIN && guard.scope != NULL)
        guard.level = GUARD_SCOPED;
    else if (guard.level == GUARD_SCOPED && guard.scope == NULL)
        guard.level = GUARD_PLAIN;
}

static COLD void leave(struct memrestrict_scope *scope)
{
    atomic_fetch_sub(&scope->inside, 1);
    scopes_reclaim(scope);
}

static void leave_last(struct scope_thread *thread)
{
    struct memrestrict_scope *scope = thread->in[thread->count - 1];
    thread->count--;
    set_current(thread);
    if (!scope->pushed) {
        leave(scope);
        return;
    }
    atomic_store_explicit(&scope->inside, 0, memory_order_relaxed);
    if (scopes_end_pushed(scope)) {
        scope->next_free = thread->spare;
        thread->spare = scope;
    }
}

static void leave_down_to(struct scope_thread *thread, uint32_t count)
{
    while (thread->count > count)
        leave_last(thread);
}

static void end_thread(void *argument)
{
    struct scope_thread *thread = argument;
    leave_down_to(thread, 0);
    guard.scopes = NULL;
    atomic_store(&thread->charging, 0);
    atomic_store(&thread->stuck, false);
    atomic_store(&thread->taken, false);
}

static struct scope_thread *take_old(void)
{
    for (struct scope_thread *thread = atomic_load(&scopes_threads); thread != NULL;
         thread = thread->next)
        if (!atomic_load(&thread->taken) && !atomic_exchange(&thread->taken, true))
            return thread;
    return NULL;
}

/* NULL: no memory. */
static struct scope_thread *take_new(void)
{
    struct scope_thread *thread = kernel_pages(sizeof *thread);
    if (thread == NULL)
        return NULL;
    atomic_store(&thread->taken, true);
    thread->next = atomic_load(&scopes_threads);
    while (!atomic_compare_exchange_weak(&scopes_threads, &thread->next, thread))
        ;
    return thread;
}

static COLD struct scope_thread *begin_thread(void)
{
    struct scope_thread *thread = take_old();
    if (thread == NULL)
        thread = take_new();
    if (thread != NULL)
        thread_end_note(&end_key, end_thread, thread);
    guard.scopes = thread;
    return thread;
}

/* With room for one more; NULL: there is none. Nothing is charged at the moment: what a jump out of
 * a charge has left is mended. */
static inline struct scope_thread *this_thread(void)
{
    struct scope_thread *thread = guard.scopes;
    if (UNLIKELY(thread == NULL) && (thread = begin_thread()) == NULL)
        return NULL;
    if (UNLIKELY(counter_get(&thread->charging) != 0)) {
        atomic_store(&thread->charging, 0);
        atomic_store(&thread->stuck, false);
    }
    return thread->count < SCOPES_NESTED ? thread : NULL;
}

static inline void put(struct scope_thread *thread, struct memrestrict_scope *scope)
{
    thread->in[thread->count++] = scope;
    set_current(thread);
}

bool scopes_is_deep(void)
{
    struct memrestrict_scope *scope = scopes_current();
    return (guard.scopes != NULL && guard.scopes->count == SCOPES_NESTED) ||
           (scope != NULL && scope->depth + 1 == SCOPES_NESTED);
}

bool scopes_enter(struct memrestrict_scope *scope)
{
    struct scope_thread *thread = this_thread();
    if (thread == NULL)
        return false;
    atomic_fetch_add(&scope->inside, 1);
    put(thread, scope);
    return true;
}

bool scopes_leave(struct memrestrict_scope *scope)
{
    struct scope_thread *thread = guard.scopes;
    uint32_t at = thread != NULL ? thread->count : 0;
    while (at > 0 && thread->in[at - 1] != scope)
        at--;
    if (at == 0)
        return false;
    leave_down_to(thread, at - 1);
    return true;
}

bool scopes_push(uint64_t limit)
{
    struct scope_thread *thread = this_thread();
    if (UNLIKELY(thread == NULL))
        return false;
    struct memrestrict_scope *spare = thread->spare, *scope = scopes_make(spare, limit, true);
    if (UNLIKELY(scope == NULL))
        return false;
    if (LIKELY(spare != NULL))
        thread->spare = spare->next_free;
    atomic_store_explicit(&scope->inside, 1, memory_order_relaxed);
    put(thread, scope);
    return true;
}

void scopes_pop(void)
{
    struct scope_thread *thread = guard.scopes;
    uint32_t at = thread != NULL ? thread->count : 0;
    while (at > 0 && !thread->in[at - 1]->pushed)
        at--;
    if (at > 0)
        leave_down_to(thread, at - 1);
}
