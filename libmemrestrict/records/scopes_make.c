/* SPDX-License-Identifier: MIT */
#include "records/scopes_inside.h"

#include "common/kernel.h"
#include "ground/lock.h"

#include <string.h>

enum { CHUNKS = 1 << (SCOPES_BITS - SCOPES_CHUNK_BITS) };

static struct lock lock; /* guards which scopes are free, and their way there */
static struct memrestrict_scope *first_free;
static uint32_t given; /* numbers, 0 included */
LARGE_ZEROS struct memrestrict_scope *_Atomic scopes_chunks[CHUNKS];

/* NULL: no memory, or no number is left. */
static struct memrestrict_scope *fresh_locked(void)
{
    lock_assert_held(&lock);
    uint32_t number = given == 0 ? 1 : given;
    scopes_alone = counter_alone_at(true);
    if (number >> SCOPES_BITS != 0)
        return NULL;
    struct memrestrict_scope *_Atomic *chunk = &scopes_chunks[number >> SCOPES_CHUNK_BITS];
    if (*chunk == NULL)
        atomic_store(chunk, kernel_pages(SCOPES_CHUNK * sizeof **chunk));
    if (*chunk == NULL)
        return NULL;
    struct memrestrict_scope *scope = scopes_of(number);
    scope->shifted = (uint64_t)number << SCOPES_SHIFT;
    given = number + 1;
    return scope;
}

static COLD struct memrestrict_scope *take_free(void)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    struct memrestrict_scope *scope = first_free;
    if (scope != NULL)
        first_free = scope->next_free;
    else
        scope = fresh_locked();
    lock_drop(&lock, &hold);
    return scope;
}

struct memrestrict_scope *scopes_make(struct memrestrict_scope *fresh, uint64_t limit, bool pushed)
{
    struct memrestrict_scope *parent = scopes_current();
    uint32_t depth = parent != NULL ? parent->depth + 1 : 0;
    if (depth >= SCOPES_NESTED)
        return NULL;
    struct memrestrict_scope *scope = fresh != NULL ? fresh : take_free();
    if (scope == NULL)
        return NULL;
    scope->limit = limit < INT64_MAX ? limit : INT64_MAX;
    scope->parent = parent;
    scope->depth = depth;
    scope->pushed = pushed;
    scope->name[0] = '\0';
    atomic_store_explicit(&scope->peak, 0, memory_order_relaxed);
    atomic_store_explicit(&scope->refusals, 0, memory_order_relaxed);
    if (parent != NULL)
        atomic_fetch_add(&parent->children, 1);
    atomic_store_explicit(&scope->state, SCOPE_LIVE, memory_order_release);
    return scope;
}

struct memrestrict_scope *scopes_create(const char *name, uint64_t limit)
{
    struct memrestrict_scope *scope = scopes_make(NULL, limit, false);
    if (scope != NULL && name != NULL)
        strncpy(scope->name, name, SCOPES_NAME - 1);
    return scope;
}

bool scopes_known(const struct memrestrict_scope *scope)
{
    for (uint32_t i = 0; i < CHUNKS; i++) {
        uintptr_t chunk = (uintptr_t)atomic_load(&scopes_chunks[i]);
        if (chunk == 0)
            return false;
        uintptr_t offset = (uintptr_t)scope - chunk;
        if (offset < SCOPES_CHUNK * sizeof *scope)
            return offset % sizeof *scope == 0 && atomic_load(&scope->state) == SCOPE_LIVE;
    }
    return false;
}

static bool is_over(const struct memrestrict_scope *scope)
{
    return atomic_load(&scope->state) == SCOPE_DESTROYED && atomic_load(&scope->inside) == 0 &&
           atomic_load(&scope->children) == 0 && atomic_load(&scope->used) == 0;
}

/* With those above it that waited for it. */
static void reclaim_locked(struct memrestrict_scope *scope)
{
    lock_assert_held(&lock);
    while (scope != NULL && is_over(scope)) {
        struct memrestrict_scope *parent = scope->parent;
        atomic_store(&scope->state, SCOPE_FREE);
        scope->next_free = first_free;
        first_free = scope;
        if (parent != NULL)
            atomic_fetch_sub(&parent->children, 1);
        scope = parent;
    }
}

COLD void scopes_reclaim(struct memrestrict_scope *scope)
{
    struct lock_hold hold;
    if (!is_over(scope))
        return;
    if (!guard_is_inside()) /* else a thread that forks may wait for what this one holds */
        lock_take(&lock, &hold);
    else if (!lock_try(&lock, &hold))
        return;
    reclaim_locked(scope);
    lock_drop(&lock, &hold);
}

COLD void scopes_destroy(struct memrestrict_scope *scope)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    if (atomic_load(&scope->state) == SCOPE_LIVE) {
        atomic_store(&scope->state, SCOPE_DESTROYED);
        reclaim_locked(scope);
    }
    lock_drop(&lock, &hold);
}

bool scopes_end_pushed(struct memrestrict_scope *scope)
{
    struct memrestrict_scope *parent = scope->parent;
    if (UNLIKELY(atomic_load(&scope->used) != 0) || UNLIKELY(atomic_load(&scope->children) != 0)) {
        scopes_destroy(scope);
        return false;
    }
    atomic_store_explicit(&scope->state, SCOPE_FREE, memory_order_relaxed);
    if (parent != NULL) {
        atomic_fetch_sub(&parent->children, 1);
        if (UNLIKELY(atomic_load(&parent->state) == SCOPE_DESTROYED))
            scopes_reclaim(parent);
    }
    return true;
}

/* fork */

void scopes_fork_take(void) { lock_fork_take(&lock); }
void scopes_fork_drop(void) { lock_fork_drop(&lock); }

void scopes_fork_reset(void)
{
    if (!lock_is_free(&lock) && guard.forking == 0)
        first_free = NULL; /* it may have been half changed */
    lock_fork_reset(&lock);
}

static bool is_in(const struct scope_thread *thread, const struct memrestrict_scope *scope)
{
    for (uint32_t i = 0; thread != NULL && i < thread->count; i++)
        if (thread->in[i] == scope)
            return true;
    return false;
}

static void begin_in_child(struct memrestrict_scope *scope, bool recount)
{
    atomic_store(&scope->inside, 0);
    atomic_store(&scope->children, 0);
    if (recount)
        atomic_store(&scope->used, 0);
    if (scope->pushed && atomic_load(&scope->state) == SCOPE_LIVE && !is_in(guard.scopes, scope))
        atomic_store(&scope->state, SCOPE_DESTROYED); /* another thread's, which is no more */
}

static void forget_threads(void)
{
    for (struct scope_thread *thread = atomic_load(&scopes_threads); thread != NULL;
         thread = thread->next)
        if (thread != guard.scopes) {
            atomic_store(&thread->charging, 0);
            atomic_store(&thread->stuck, false);
            thread->count = 0;
            atomic_store(&thread->taken, false);
        }
}

bool scopes_any(void) { return given != 0; }

void scopes_fork_child(bool recount)
{
    forget_threads();
    for (uint32_t i = 1; i < given; i++)
        begin_in_child(scopes_of(i), recount);
    for (uint32_t i = 1; i < given; i++) {
        struct memrestrict_scope *scope = scopes_of(i);
        if (atomic_load(&scope->state) != SCOPE_FREE && scope->parent != NULL)
            atomic_fetch_add(&scope->parent->children, 1);
    }
    for (uint32_t i = 0; guard.scopes != NULL && i < guard.scopes->count; i++)
        atomic_fetch_add(&guard.scopes->in[i]->inside, 1);
}

void scopes_recharge(struct memrestrict_scope *scope, uint64_t bytes)
{
    for (; scope != NULL; scope = scope->parent)
        atomic_fetch_add(&scope->used, bytes);
}

void scopes_fork_done(void)
{
    for (uint32_t i = 1; i < given; i++)
        scopes_reclaim(scopes_of(i));
}
