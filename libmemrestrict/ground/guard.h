/* SPDX-License-Identifier: MIT
 *
 * The little that belongs to one thread: whether it is inside the next allocator, which stock of
 * budget it spends from, and whether it is the one that forks. Initial-exec, because a dynamic
 * thread-local variable would be allocated by malloc on first use (glibc manual, "Replacing
 * malloc").
 */
#ifndef MEMRESTRICT_GUARD_H
#define MEMRESTRICT_GUARD_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
/* Seldom called. */
#define COLD __attribute__((cold, noinline))
/* Kept out of the fast path, but called often enough to stand close to it. */
#define OUT_OF_LINE __attribute__((hot, noinline))
/* For large arrays of zeros. They are laid out after all other variables, which then share a page
 * or two: the first touch of a page costs a process a microsecond or more. */
#define LARGE_ZEROS __attribute__((section(".bss.large_zeros")))

/* How a thread's calls of malloc are dealt with. */
enum guard_path {
    GUARD_UNKNOWN, /* not asked yet */
    GUARD_COUNTED, /* the whole way: counted, and whatever else is asked for */
    GUARD_PLAIN,   /* the fast path: counted, and nothing else */
    GUARD_SCOPED,  /* the same in a scope, which is charged as well (scopes.h) */
    GUARD_INSIDE =
        4 /* added for each call into the next allocator: what comes from there passes through */
};

enum { GUARD_DELAYED = 2 };
enum { GUARD_NO_STOCK = 1 };

struct guard {
    unsigned level;     /* enum guard_path, and as many times GUARD_INSIDE */
    unsigned number;    /* among the threads that have charged, from 1: which of the stocks that are
                           shared is its (stocks.c); 0: none yet */
    unsigned own_stock; /* where in the account the one is that is this thread's alone, in bytes;
                           0: not asked yet; or GUARD_NO_STOCK */
    int mapping;    /* changes of mappings that this thread is in the middle of (gate_regions.c) */
    int thread;     /* its number, once a plan of faults asks (fault.c); 0: not yet */
    uint8_t moving; /* a block, which no record has meanwhile; so often as that is nested */
    bool pause_wanted; /* once that is over, it is to wait (pause.h) */
    bool in_daemon;    /* in daemon(3), which ends the process once it has forked (leaks.c) */
    bool reporting;    /* writes the report: must not wait for it to be written */
    bool by_tree; /* what this thread was refused last, it was by the tree's limit (budget.c) */
    int *error;   /* &errno, once it was asked for: a call the less */
    uint64_t
        peak_candidate; /* what the process held with this thread's last large charge (budget.c) */
    void *delayed[GUARD_DELAYED]; /* freed, not yet given back, oldest first (delayed_free.h); or
                                     NULL */
    unsigned reusable;            /* which chunk the newest of these is (delayed_free.h); 0: none */
    unsigned
        forking; /* > 0: this thread holds every lock of ours, from fork's prepare to its end;
                    more than 1 when a signal handler or another's fork handler forks meanwhile */
    struct fault_set *faults;        /* the thread's own plan of faults (fault.c); NULL: none */
    struct memrestrict_scope *scope; /* the innermost that it is in (scopes.h); NULL: none */
    struct scope_thread *scopes;     /* what is known of it there; NULL: it never was in any */
};

extern _Thread_local struct guard guard __attribute__((tls_model("initial-exec")));

/* Between enter and leave the interposed functions pass this thread's calls straight to the real
 * ones. An allocator's own mappings are not charged beside the block that they serve. */
static inline void guard_enter(void) { guard.level += GUARD_INSIDE; }
static inline void guard_leave(void) { guard.level -= GUARD_INSIDE; }
static inline bool guard_is_fast(void)
{
    return guard.level == GUARD_PLAIN || guard.level == GUARD_SCOPED;
}
static inline bool guard_is_inside(void) { return guard.level >= GUARD_INSIDE; }
/* In the child of a fork: the path is asked for anew. */
static inline void guard_forget_path(void) { guard.level -= guard.level % GUARD_INSIDE; }

static inline int *guard_errno(void)
{
    if (UNLIKELY(guard.error == NULL))
        guard.error = &errno;
    return guard.error;
}

#endif
