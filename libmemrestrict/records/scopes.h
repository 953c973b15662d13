/* SPDX-License-Identifier: MIT
 *
 * Scopes: budgets inside the budget. A scope's limit holds for what is charged to it and to all
 * scopes below it; its chain is itself, its parent, and so on, and ends below the process's own
 * budget, which is charged last. Two promises, for any number of threads: what is charged at a
 * level never exceeds its limit, not by one byte; and a charge that fits all levels is never
 * refused.
 *
 * The first is kept by a compare-and-swap at each level. The second is not kept by that alone: who
 * is refused by an outer level has charged the inner ones, gives that back, and meanwhile another
 * may find one of them full. So a thread says that it is charging, by a word that nobody else
 * writes, before it charges the first level, and unsays it when all levels have agreed or all is
 * given back. What it gives back each level counts in `undone`, after it has been given back. Who
 * finds a level full
 *  1 has nothing charged, and does not say that it is charging: so nobody waits in a circle;
 *  2 reads `undone`, then `used`, and it does not fit;
 *  3 waits until each other thread was seen not to be charging, at some moment after that;
 *  4 reads `undone` again. It is the same: no byte of that `used` was given back because of a
 *    refusal elsewhere, since it would have been by now, and counted. So the level was full, and
 *    the charge is refused. Else it begins anew.
 * A byte in `used` means that its thread said before that it is charging (the swap releases what
 * was stored before it), so step 3 does not miss it; and had step 2 read an `undone` that counts
 * the byte already, it would have read a `used` without it. Each turn of that loop but the last is
 * due to another's refusal, so somebody always gets on. A charge that goes through is a store, a
 * swap for each level, and a store.
 *
 * A scope's memory is never given back to the kernel, and is a scope's for ever: who looks at one
 * too late sees another scope, and looks once more before he does anything to it.
 */
#ifndef MEMRESTRICT_SCOPES_H
#define MEMRESTRICT_SCOPES_H

#include "ground/counter.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SCOPES_NAME = 40,   /* bytes of a name, with a final zero */
    SCOPES_NESTED = 64, /* scopes of a chain, and of those that a thread is in, at most */
    SCOPES_BITS = 24,   /* of a scope's number, */
    SCOPES_SHIFT = 24   /* which stands above as many others */
};
#define SCOPES_UNLIMITED UINT64_MAX

enum scope_state { SCOPE_FREE, SCOPE_LIVE, SCOPE_DESTROYED };

struct memrestrict_scope {
    _Alignas(64) counter used;        /* of it and all below */
    uint64_t limit;                   /* INT64_MAX: none */
    struct memrestrict_scope *parent; /* NULL: the process */
    counter peak;
    uint32_t depth; /* levels above it */
    _Atomic uint32_t state;
    _Atomic uint32_t inside;   /* times that threads are in it */
    _Atomic uint32_t children; /* also destroyed ones that still have something */
    uint64_t shifted;          /* its number, which is never 0 and never another's */
    bool pushed;               /* it ends where it is left */
    char name[SCOPES_NAME];    /* the last byte is never written */
    counter undone;            /* charges given back because another level had no room */
    counter refusals;
    struct memrestrict_scope *next_free;
};

/* A thread's, never given back to the kernel. */
struct scope_thread {
    counter charging; /* charges that it, and signal handlers in it, are in the middle of */
    struct scope_thread *next;
    _Atomic bool taken;              /* by a thread that lives */
    _Atomic bool stuck;              /* it has left a charge by a jump: it is not waited for */
    uint32_t count;                  /* of the scopes that it is in, innermost last */
    struct memrestrict_scope *spare; /* that it has destroyed, to be made anew */
    struct memrestrict_scope *in[SCOPES_NESTED];
};

/* NULL: no memory, or too deep below the parent, or too many. What stands at `name`, which may be
 * NULL, is cut short. The parent is that of the calling thread's innermost scope. */
struct memrestrict_scope *scopes_create(const char *name, uint64_t limit);
/* Is that a scope that was created and not destroyed? */
bool scopes_known(const struct memrestrict_scope *scope);
/* The program has it no more. While a thread is in it, or something is charged to it, it goes on;
 * what is charged to it is charged to all above it anyway. */
void scopes_destroy(struct memrestrict_scope *scope);

/* The calling thread is in it, until it leaves it or ends. False: it is in too many already, or
 * there is no memory. */
bool scopes_enter(struct memrestrict_scope *scope);
/* And in none that it entered since. False: it is not in it, and nothing was done. */
bool scopes_leave(struct memrestrict_scope *scope);
/* Both in one; the scope ends with scopes_pop. */
bool scopes_push(uint64_t limit);
void scopes_pop(void);

/* Is the calling thread in so many, or so deep down, that there can be no more? */
bool scopes_is_deep(void);

enum scopes_answer {
    SCOPES_CHARGED,
    SCOPES_FULL,  /* a level had no room, which it has counted, if it is not to be told */
    SCOPES_BEYOND /* `last` said no */
};
/* What a level is charged, and the process. */
struct scopes_charge {
    const struct memrestrict_scope *common; /* NULL: there is no such level */
    uint64_t own;                           /* bytes: below `common` */
    uint64_t shared;                        /* from it on */
    const uint64_t *less;                   /* NULL, or by depth: so much less of these */
    uint64_t process;                       /* by `last` */
    bool (*last)(uint64_t bytes);
    struct memrestrict_scope **full; /* NULL, or for the level without room, which counts nothing */
};
/* A scope and all above it: all or nothing. NULL: the process alone. */
enum scopes_answer scopes_charge(struct memrestrict_scope *scope,
                                 const struct scopes_charge *charge);
/* What is left to do when the scope alone was charged by scopes_add, which made it `sum`, and it
 * has none above: the process. False: it said no, and the scope is not charged. */
bool scopes_finish(struct memrestrict_scope *scope, uint64_t bytes, uint64_t sum,
                   bool (*last)(uint64_t bytes));
void scopes_count_refusal(struct memrestrict_scope *scope);
/* Gives `bytes` back at each level from `scope` up to `common`, which is left out and may be NULL.
 */
OUT_OF_LINE void scopes_credit(struct memrestrict_scope *scope, uint64_t bytes,
                               const struct memrestrict_scope *common);
/* The innermost one that is in both chains; NULL: none. */
struct memrestrict_scope *scopes_common(struct memrestrict_scope *one,
                                        struct memrestrict_scope *other);
/* Is `scope` in the chain of `of`? */
bool scopes_is_above(const struct memrestrict_scope *scope, const struct memrestrict_scope *of);

/* Scopes as numbers. */
enum { SCOPES_CHUNK_BITS = 10, SCOPES_CHUNK = 1 << SCOPES_CHUNK_BITS };
extern struct memrestrict_scope *_Atomic scopes_chunks[];
static inline struct memrestrict_scope *scopes_of(uint32_t number)
{
    struct memrestrict_scope *chunk =
        atomic_load_explicit(&scopes_chunks[number >> SCOPES_CHUNK_BITS], memory_order_acquire);
    return &chunk[number & (SCOPES_CHUNK - 1)];
}

/* The parts of a charge, for a path that is inlined. */

/* Says that this thread charges, and unsays it. A signal handler in between does both. */
static inline void scopes_begin(struct scope_thread *thread)
{
    uint64_t now = counter_get(&thread->charging);
    atomic_store_explicit(&thread->charging, now + 1, memory_order_relaxed);
}

static inline void scopes_end(struct scope_thread *thread)
{
    uint64_t now = counter_get(&thread->charging);
    atomic_store_explicit(&thread->charging, now - 1, memory_order_release);
}

/* Of one level: what is used with it, in *sum. */
static inline bool scopes_add(struct memrestrict_scope *scope, uint64_t bytes, bool alone,
                              uint64_t *sum)
{
    uint64_t used = counter_get(&scope->used);
    do {
        if (UNLIKELY(bytes > scope->limit) || UNLIKELY(used > scope->limit - bytes))
            return false;
        *sum = used + bytes;
    } while (!counter_swap(&scope->used, &used, *sum, alone));
    return true;
}

static inline void scopes_raise_peak(struct memrestrict_scope *scope, uint64_t sum, bool alone)
{
    uint64_t peak = counter_get(&scope->peak);
    while (UNLIKELY(sum > peak) && !counter_swap(&scope->peak, &peak, sum, alone))
        ;
}

/* True: the process has one thread. Where the C library says so. */
extern const char *scopes_alone;
/* Of a small charge by it. */
OUT_OF_LINE bool scopes_charge_alone(struct memrestrict_scope *scope, uint64_t bytes);

/* The scope has no thread in it, nothing below it, and now nothing charged: if it was destroyed, it
 * is free. Inside the next allocator that may have to be left undone. */
COLD void scopes_reclaim(struct memrestrict_scope *scope);

/* The calling thread's innermost scope; NULL: it is in none. */
static inline struct memrestrict_scope *scopes_current(void) { return guard.scope; }

struct scopes_figures {
    uint64_t limit, used, peak, refusals;
};
struct scopes_figures scopes_read(const struct memrestrict_scope *scope);

/* In the child of a fork, whose one thread goes on in the scopes that it is in: nobody else is in
 * any. `recount`: what is charged is 0 everywhere, until scopes_recharge has said it all. */
void scopes_fork_child(bool recount);
void scopes_recharge(struct memrestrict_scope *scope, uint64_t bytes);
void scopes_fork_done(void);
/* Was there ever one? */
bool scopes_any(void);
void scopes_fork_take(void);
void scopes_fork_drop(void);
void scopes_fork_reset(void);

#endif
