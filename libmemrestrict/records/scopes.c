/* SPDX-License-Identifier: MIT */
#include "records/scopes_inside.h"

#include "common/kernel.h"

enum {
    SPINS = 100,   /* looks at a thread that charges, before others are let run, */
    YIELDS = 1000, /* and so often, before it is waited for asleep, */
    SLEEPS = 20    /* 100 ms each; then it is taken for one that has jumped out of its charge */
};

struct scope_thread *_Atomic scopes_threads;
const char *scopes_alone = "";

static void wait_for(struct scope_thread *thread)
{
    static _Atomic int never;
    for (unsigned looks = 0; atomic_load_explicit(&thread->charging, memory_order_acquire) != 0 &&
                             !atomic_load_explicit(&thread->stuck, memory_order_relaxed);
         looks++)
        if (looks >= SPINS + YIELDS + SLEEPS)
            atomic_store(&thread->stuck, true);
        else if (looks >= SPINS + YIELDS)
            kernel_wait(&never, 0);
        else if (looks >= SPINS)
            kernel_yield();
}

/* Every charge that another thread was in the middle of is over. Not for a signal handler that came
 * into a charge: two of them might wait for each other's threads. */
static void wait_for_all(void)
{
    struct scope_thread *own = guard.scopes;
    if (own != NULL && counter_get(&own->charging) != 0)
        return;
    for (struct scope_thread *thread = atomic_load(&scopes_threads); thread != NULL;
         thread = thread->next)
        wait_for(thread);
}

/* Steps 2 to 4 (scopes.h). False: try again. */
static COLD bool is_full(struct memrestrict_scope *level, uint64_t bytes)
{
    uint64_t undone = atomic_load(&level->undone);
    uint64_t used = atomic_load(&level->used);
    if (bytes <= level->limit && used <= level->limit - bytes)
        return false;
    if (bytes <= level->limit && !counter_alone())
        wait_for_all();
    return atomic_load(&level->undone) == undone;
}

/* In this order: see scopes.h. */
static COLD void undo(struct memrestrict_scope *level, uint64_t bytes)
{
    atomic_fetch_sub(&level->used, bytes);
    atomic_fetch_add(&level->undone, 1);
}

struct climb {
    const struct scopes_charge *charge;
    bool alone;
    struct memrestrict_scope *full; /* that had no room for so much; NULL: none was so */
    uint64_t bytes;
};

static uint64_t due(const struct scopes_charge *charge, const struct memrestrict_scope *level,
                    uint64_t bytes)
{
    uint64_t less = charge->less != NULL ? charge->less[level->depth] : 0;
    return bytes > less ? bytes - less : 0;
}

/* This level and all above. False: none of them is charged. A level's peak is known to be one when
 * those above have agreed. */
static bool climb(struct climb *climber, struct memrestrict_scope *level, uint64_t bytes)
{
    uint64_t sum, own;
    const struct scopes_charge *charge = climber->charge;
    if (level == NULL)
        return charge->process == 0 || charge->last(charge->process);
    if (level == charge->common)
        bytes = charge->shared;
    own = due(charge, level, bytes);
    if (!scopes_add(level, own, climber->alone, &sum)) {
        climber->full = level;
        climber->bytes = own;
        return false;
    }
    if (climb(climber, level->parent, bytes)) {
        scopes_raise_peak(level, sum, climber->alone);
        return true;
    }
    undo(level, own);
    return false;
}

void scopes_count_refusal(struct memrestrict_scope *scope)
{
    atomic_fetch_add_explicit(&scope->refusals, 1, memory_order_relaxed);
}

enum scopes_answer scopes_charge(struct memrestrict_scope *scope,
                                 const struct scopes_charge *charge)
{
    struct scope_thread *thread = guard.scopes;
    if (scope == NULL)
        return charge->process == 0 || charge->last(charge->process) ? SCOPES_CHARGED
                                                                     : SCOPES_BEYOND;
    for (;;) {
        struct climb climber = {.charge = charge, .alone = counter_alone()};
        scopes_begin(thread);
        bool charged = climb(&climber, scope, charge->own);
        scopes_end(thread);
        if (charged)
            return SCOPES_CHARGED;
        if (climber.full == NULL)
            return SCOPES_BEYOND;
        if (is_full(climber.full, climber.bytes)) {
            if (charge->full != NULL)
                *charge->full = climber.full;
            else
                scopes_count_refusal(climber.full);
            return SCOPES_FULL;
        }
    }
}

bool scopes_charge_alone(struct memrestrict_scope *scope, uint64_t bytes)
{
    uint64_t sum;
    for (struct memrestrict_scope *level = scope; level != NULL; level = level->parent)
        if (!scopes_add(level, bytes, true, &sum)) {
            scopes_credit(scope, bytes, level);
            return false;
        }
    return true;
}

bool scopes_finish(struct memrestrict_scope *scope, uint64_t bytes, uint64_t sum,
                   bool (*last)(uint64_t bytes))
{
    bool done = last(bytes);
    if (done)
        scopes_raise_peak(scope, sum, false);
    else
        undo(scope, bytes);
    return done;
}

/* A signal handler forked while the bytes were on their way here: the child has not counted them.
 */
static COLD void credit_after_fork(struct memrestrict_scope *scope, uint64_t bytes)
{
    atomic_fetch_add(&scope->used, bytes);
}

static inline bool subtract(struct memrestrict_scope *scope, uint64_t bytes)
{
    return counter_alone() ? counter_subtract(&scope->used, bytes, true)
                           : atomic_fetch_sub(&scope->used, bytes) >= bytes;
}

void scopes_credit(struct memrestrict_scope *scope, uint64_t bytes,
                   const struct memrestrict_scope *common)
{
    while (scope != common && bytes != 0) {
        struct memrestrict_scope *parent = scope->parent; /* it may be free a moment later */
        if (UNLIKELY(!subtract(scope, bytes)))
            credit_after_fork(scope, bytes);
        if (UNLIKELY(atomic_load(&scope->state) == SCOPE_DESTROYED))
            scopes_reclaim(scope);
        scope = parent;
    }
}

static unsigned levels(const struct memrestrict_scope *scope)
{
    return scope != NULL ? scope->depth + 1 : 0;
}

struct memrestrict_scope *scopes_common(struct memrestrict_scope *one,
                                        struct memrestrict_scope *other)
{
    while (one != other) {
        if (levels(one) >= levels(other))
            one = one->parent;
        else
            other = other->parent;
    }
    return one;
}

bool scopes_is_above(const struct memrestrict_scope *scope, const struct memrestrict_scope *of)
{
    while (of != NULL && of != scope)
        of = of->parent;
    return of != NULL;
}

struct scopes_figures scopes_read(const struct memrestrict_scope *scope)
{
    return (struct scopes_figures){
        .limit = scope->limit < INT64_MAX ? scope->limit : SCOPES_UNLIMITED,
        .used = counter_get(&scope->used),
        .peak = counter_get(&scope->peak),
        .refusals = counter_get(&scope->refusals),
    };
}
