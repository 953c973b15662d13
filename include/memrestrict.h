/* SPDX-License-Identifier: MIT
 *
 * memrestrict: a memory budget for a program. See memrestrict.h(3).
 *
 * A program that includes this runs with libmemrestrict.so, preloaded or linked (-lmemrestrict),
 * and without it: each function is an inline one that asks the library if it is there, and does
 * what its comment says if it is not. For C and C++, with gcc or clang. The library exports the
 * functions under the same names, for dlsym(3), ctypes and the like.
 *
 * Sizes are bytes. Functions may be called by any thread at any time, and not from signal handlers,
 * unless it is said, and then from a file's first call of the function on, which may ask the
 * dynamic loader for it; what fails leaves its reason in errno, what succeeds leaves errno alone.
 */
#ifndef MEMRESTRICT_H
#define MEMRESTRICT_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEMRESTRICT_UNLIMITED UINT64_MAX

/* How the functions below are declared: in the library itself, and as inline functions, which need
 * a name for the linker that is not the library's. */
#ifdef MEMRESTRICT_LIBRARY
#define MEMRESTRICT_FUNCTION(result, name, parameters) result memrestrict_##name parameters
#else
#define MEMRESTRICT_FUNCTION(result, name, parameters)                                             \
    static result memrestrict_linked_##name parameters                                             \
        __attribute__((weakref("memrestrict_" #name), unused));                                    \
    static inline result memrestrict_##name parameters __asm__("memrestrict_inline_" #name)
#endif

/* Is the library here, and this process limited by it? (MEMRESTRICT_PROGRAM may name others.) Safe
 * in signal handlers. Without the library: false. */
MEMRESTRICT_FUNCTION(bool, active, (void));

struct memrestrict_usage {
    uint64_t limit; /* or MEMRESTRICT_UNLIMITED */
    uint64_t used;  /* charged now: heap blocks as they were asked for, mapped regions in pages */
    uint64_t peak;  /* the most that `used` was; with several threads up to 128 KiB a thread more */
    uint64_t refusals; /* calls that failed with ENOMEM because of the limit */
    uint64_t unknown;  /* addresses freed or reallocated that the library had not seen allocated */
};

/* Fills *usage with this process's figures; `size` is sizeof *usage as the caller was compiled, so
 * that the struct can grow. Returns false, and fills nothing, if this process is not limited or
 * `size` is none that was ever valid. `used` is exact when no other thread allocates meanwhile.
 * Takes locks, never allocates, leaves errno alone. Without the library: false. */
MEMRESTRICT_FUNCTION(bool, usage_get, (struct memrestrict_usage * usage, size_t size));

/* Sets this process's limit for every charge that begins after the return: to `bytes`, or to what
 * MEMRESTRICT_LIMIT or the command gave it last, if that is less; MEMRESTRICT_UNLIMITED: to that.
 * What is charged stays, also where it is more; then nothing is had until it is less. A forked
 * child begins with it; a limit of all processes together, and that of a run around this one, hold
 * besides. False: ENOSYS, this process is not limited, or the library is not here; EAGAIN, another
 * process holds a lock of the run's for too long. */
MEMRESTRICT_FUNCTION(bool, limit_set, (uint64_t bytes));

/* A soft level: as soon as more than `bytes` are used, or if they are already, 1 is added to the
 * counter of `fd`, an eventfd(2) of the caller's, which becomes readable. It is done by the thread
 * whose call crosses the level, before that returns, and once: then there is no level until one is
 * set again. Exact, with threads as well. Nothing is refused by it, and what is refused does not
 * cross it; what the kernel fails may have.
 *
 * The process has one; MEMRESTRICT_UNLIMITED: none, and `fd` may be -1. A forked child has none. An
 * `fd` that was closed is let be, but its number may come to be another eventfd: set the level to
 * MEMRESTRICT_UNLIMITED first. False, and the level is as it was: EBADF or EINVAL, no eventfd;
 * EMFILE, ENFILE; EAGAIN, ENOSYS: as limit_set. */
MEMRESTRICT_FUNCTION(bool, soft_set, (uint64_t bytes, int fd));

/* `peak` begins again with what is used now: the most of a part of a program. False: ENOSYS. */
MEMRESTRICT_FUNCTION(bool, peak_reset, (void));

/* Writes to the descriptor who holds what, by call sites: the JSON of `memrestrict --site-list`, of
 * this process alone, as it would be if that ended now; its `end_bytes` and `end_blocks` are what
 * is live. What other threads do meanwhile may be in it or not. Makes no SIGPIPE; who does not take
 * what is written is waited for a second at most, where the descriptor does not wait by itself.
 * False, and what was written may be cut short: ENOSYS, call sites are not collected, which the
 * command does by --sites and the like, or cannot be here; or what write(2) has. */
MEMRESTRICT_FUNCTION(bool, sites_write, (int fd));

/* Faults: calls of the calling thread that fail with ENOMEM because it is told so.
 *
 * Arms a plan for this thread, in the place of one that it has; what is counted begins anew. Plans
 * are those of MEMRESTRICT_FAULT (libmemrestrict(7)): "nth=3", "call=realloc,after=100",
 * "lib=libfoo.so*,p=0.01,seed=7"; without arm=, and p= without a seed begins at seed=0. It ends
 * with memrestrict_fault_disarm, or the thread; a forked child goes on with it. False: EINVAL, the
 * plan is not understood; ENOMEM, also where call stacks cannot be taken; ENOSYS, this process is
 * not limited, or the library is not here.
 */
MEMRESTRICT_FUNCTION(bool, fault_arm, (const char *plan));
MEMRESTRICT_FUNCTION(void, fault_disarm, (void));

/* Runs a block again and again, in this thread: the first allocation fails, then the second, and
 * so on, until it passes untouched. Ends at once where memory was lost: it is live after the block
 * and was not before, and is lost once more when the round is made again (what a function keeps for
 * its next call is not lost).
 *
 *     struct memrestrict_failures failures = {0};
 *     MEMRESTRICT_FOREACH_FAILURE(failures) {
 *         struct thing *thing = thing_create();
 *         if (thing != NULL)
 *             thing_destroy(thing);
 *     }
 *     assert(failures.lost_blocks == 0);
 *
 * `continue` is allowed in it; who leaves by `break`, return or longjmp calls
 * memrestrict_fault_disarm. Other threads do not fail, but what they allocate meanwhile looks lost.
 * Without the library, or a limit of its, the block runs once. */
struct memrestrict_failures {
    uint64_t
        tried; /* which allocation fails in this round; in the last there is no such any more */
    uint64_t lost_bytes, lost_blocks; /* by the last round; 0: nothing was */
    uint64_t failed; /* the allocation whose failure lost them; 0: they were lost without one */
    /* The library's own. */
    uint64_t bytes, blocks;
    uint32_t state, again;
    uint64_t reserved[4];
};
enum { MEMRESTRICT_FAILURES_BEGIN, MEMRESTRICT_FAILURES_ARMED, MEMRESTRICT_FAILURES_LAST };
/* For the macro: is there another round? */
MEMRESTRICT_FUNCTION(bool, failures_next, (struct memrestrict_failures * failures));
#define MEMRESTRICT_FOREACH_FAILURE(failures) while (memrestrict_failures_next(&(failures)))

/* Scopes: budgets inside the budget.
 *
 * What a thread allocates while it is in a scope is charged to the scope, to its parent, to that
 * one's parent and so on, and to the process: at each level what is charged never exceeds the
 * limit, and what fits all levels is never refused, whatever other threads do. Refused calls fail
 * with ENOMEM; if a scope refused, it counts that, and the process does not. What is freed or
 * unmapped, by whatever thread and wherever that is then, is credited to the scope that paid for
 * it.
 *
 * A scope's parent is the scope that the thread was in which made it, for good. A thread may enter
 * any scope, whatever it is in already, and many threads may be in one at once: what counts is the
 * chain of the scope that was entered last. A thread that ends leaves all that it is in. A forked
 * child has the scopes that there were, with figures of its own, and is in those that its thread
 * was in.
 *
 * Charged are heap blocks, in the bytes that were asked for, C++'s new included. A block that
 * realloc makes larger is charged anew, whole, to the scope of who calls it, and credited to who
 * paid for it before; one that becomes smaller stays whose it is.
 *
 * Charged are also mappings of the program's own (mmap, mremap, mprotect, sbrk), where the process
 * is charged for them, and pools: page by page, to the scope of who makes the page writable. What a
 * mapping grows by is paid for by who lets it grow, the rest by who has paid for it, wherever it is
 * moved; what MREMAP_DONTUNMAP leaves behind, by who calls that. Pages that are unmapped, covered
 * or no longer writable are credited to who paid for them, whoever does that; a full scope may map
 * onto pages of its own. An allocator of the program's own that maps in a scope and keeps it has it
 * charged to that scope, whoever gets blocks of it. Threads' stacks are charged to the process
 * alone.
 *
 * Not in signal handlers; but a handler may allocate in the scope that its thread is in. Without
 * the library there is no scope: memrestrict_scope_create returns NULL, and the others false or
 * nothing. */
struct memrestrict_scope;

/* A new one; the name is copied, and cut after 39 bytes. MEMRESTRICT_UNLIMITED: it only counts.
 * NULL: ENOMEM, there is no memory; EAGAIN, 64 scopes would be one below the other; ENOSYS, this
 * process's heap is not limited, or the library is not here. */
MEMRESTRICT_FUNCTION(struct memrestrict_scope *, scope_create, (const char *name, uint64_t limit));
/* The calling thread is in it, until it leaves it. False: EAGAIN, it is in 64 already; ENOMEM;
 * EINVAL, it is no scope; ENOSYS, without the library. */
MEMRESTRICT_FUNCTION(bool, scope_enter, (struct memrestrict_scope * scope));
/* The thread is in what it was in before it last entered that scope; nothing if it is not in it. */
MEMRESTRICT_FUNCTION(void, scope_leave, (struct memrestrict_scope * scope));
/* Fills *usage with the scope's figures, as memrestrict_usage_get does with the process's, of all
 * scopes below it, too: but `refusals` are those that this one's limit was the reason of, `unknown`
 * is 0, and `peak` counts what was charged, also if the call then failed for want of memory or, in
 * another thread, by a level above; it never exceeds the limit. False: it is no scope, or `size` is
 * none that was ever valid. Takes no lock that is waited for. Safe in signal handlers. */
MEMRESTRICT_FUNCTION(bool, scope_usage,
                     (const struct memrestrict_scope *scope, struct memrestrict_usage *usage,
                      size_t size));
/* The program has it no more. What it paid for goes on, charged to its parent. Threads that are in
 * it stay in it, and it keeps its limit, until they leave it. NULL is ignored. */
MEMRESTRICT_FUNCTION(void, scope_destroy, (struct memrestrict_scope * scope));

/* A scope without a name, as it is entered, which ends where it is left. False: as from
 * memrestrict_scope_create. memrestrict_scope_pop leaves the last one that was pushed, and what was
 * entered after it. */
MEMRESTRICT_FUNCTION(bool, scope_push, (uint64_t limit));
MEMRESTRICT_FUNCTION(void, scope_pop, (void));

/* What a scope, and those below it, still pay for: blocks, or mappings, of one call site each. */
struct memrestrict_live {
    const void *caller; /* where the call of malloc or the like returned to; NULL: not known */
    uint64_t site;      /* the name of its call stack, by which `memrestrict run --sites` knows it;
                           0: call stacks are not collected */
    uint64_t blocks, bytes;
};
/* Fills the `count` entries at `live`, those with the most bytes first, and returns how many there
 * are; if they are too few, the last one is the sum of some, and its caller NULL. `size` is
 * sizeof *live as the caller was compiled. Exact when no other thread frees or reallocates
 * meanwhile. Takes a lock, and time for the whole heap; never allocates. Without the library, or
 * for what is no scope: 0. */
MEMRESTRICT_FUNCTION(size_t, scope_live,
                     (const struct memrestrict_scope *scope, struct memrestrict_live *live,
                      size_t count, size_t size));

/* Pools: memory that is filled at start-up, and must not change afterwards.
 *
 * A pool's blocks lie in pages of its own, between two pages without access. A sealed pool can only
 * be read: who writes into it gets SIGSEGV, and before anything comes of that the library says on
 * stderr which pool and which block it was, and the thread and its call stack. Then the signal goes
 * on to the handler that the program had when it sealed, or ends it. A handler that the program
 * sets afterwards takes the place of ours; the next seal puts ours before it. System calls that
 * would write there fail with EFAULT.
 *
 * The budget is charged for all of a pool's pages, sealed or not. A forked child has the pool as it
 * is; what it does to it is its own.
 *
 * Without the library a pool is memory from malloc, which cannot be sealed. */
struct memrestrict_pool;

/* A pool for blocks of `size` bytes together, each rounded up to a multiple of 16; 0: it grows as
 * it is used, by runs of pages. The name is copied, and cut after 63 bytes. NULL, with ENOMEM:
 * there is no memory, or the budget refused it. */
MEMRESTRICT_FUNCTION(struct memrestrict_pool *, pool_create, (const char *name, size_t size));

/* A block of zeros, aligned to 16, which lives as long as the pool. NULL: ENOMEM, the pool is full,
 * or there is no memory; EPERM, it is sealed; EINVAL, it is no pool. */
MEMRESTRICT_FUNCTION(void *, pool_alloc, (struct memrestrict_pool * pool, size_t size));
/* A copy of a string, in the same way. */
MEMRESTRICT_FUNCTION(char *, pool_strdup, (struct memrestrict_pool * pool, const char *text));

/* Makes the pool read-only, for all threads. False: it could not be; then it is as it was. Without
 * the library: false, with ENOSYS. */
MEMRESTRICT_FUNCTION(bool, pool_seal, (struct memrestrict_pool * pool));
/* The same, for as long as the process runs, with mseal(2): neither unseal nor destroy, nor mmap or
 * mprotect by whom ever, change it. False with ENOSYS: the kernel has no mseal (before Linux 6.10,
 * or of 32 bits); the pool is sealed as by pool_seal. */
MEMRESTRICT_FUNCTION(bool, pool_seal_forever, (struct memrestrict_pool * pool));
/* Makes it writable again, for all threads. False: EPERM, it is sealed for ever. Without the
 * library: false, with ENOSYS. */
MEMRESTRICT_FUNCTION(bool, pool_unseal, (struct memrestrict_pool * pool));

/* Is the address within a block of the pool? */
MEMRESTRICT_FUNCTION(bool, pool_owns, (const struct memrestrict_pool *pool, const void *address));

/* Gives all of it back; nothing if it is sealed for ever. NULL is ignored. */
MEMRESTRICT_FUNCTION(void, pool_destroy, (struct memrestrict_pool * pool));

#ifndef MEMRESTRICT_LIBRARY

/* The library's function: as the linker bound it, or, where that binds nothing that is preloaded
 * (programs at fixed addresses), as dlsym(3) finds it. NULL: the library is not here. */
static void *memrestrict_linked_dlsym(void *handle, const char *name)
    __attribute__((weakref("dlsym")));
/* Asked once for each function and file, whatever is loaded later: dlsym takes a lock, and
 * allocates where it finds nothing. */
static inline void *memrestrict_find(const char *name, void **answer)
{
    static char none;
    void *(*find)(void *, const char *) = memrestrict_linked_dlsym;
    void *found = __atomic_load_n(answer, __ATOMIC_ACQUIRE);
    if (found == NULL) {
        found = find != NULL ? find(NULL, name) : NULL;
        found = found != NULL ? found : &none;
        __atomic_store_n(answer, found, __ATOMIC_RELEASE);
    }
    return found != &none ? found : NULL;
}
#define MEMRESTRICT_FIND(call, name)                                                               \
    static void *memrestrict_answer;                                                               \
    __typeof__(&memrestrict_linked_##name) call = memrestrict_linked_##name;                       \
    if (call == NULL) {                                                                            \
        void *memrestrict_found = memrestrict_find("memrestrict_" #name, &memrestrict_answer);     \
        memcpy(&call, &memrestrict_found, sizeof call);                                            \
    }

static inline bool memrestrict_active(void)
{
    MEMRESTRICT_FIND(call, active)
    return call != NULL && call();
}

static inline bool memrestrict_usage_get(struct memrestrict_usage *usage, size_t size)
{
    MEMRESTRICT_FIND(call, usage_get)
    return call != NULL && call(usage, size);
}

static __attribute__((noinline, unused)) bool memrestrict_plain_cannot(void)
{
    errno = ENOSYS;
    return false;
}

static inline bool memrestrict_limit_set(uint64_t bytes)
{
    MEMRESTRICT_FIND(call, limit_set)
    return call != NULL ? call(bytes) : memrestrict_plain_cannot();
}

static inline bool memrestrict_soft_set(uint64_t bytes, int fd)
{
    MEMRESTRICT_FIND(call, soft_set)
    return call != NULL ? call(bytes, fd) : memrestrict_plain_cannot();
}

static inline bool memrestrict_peak_reset(void)
{
    MEMRESTRICT_FIND(call, peak_reset)
    return call != NULL ? call() : memrestrict_plain_cannot();
}

static inline bool memrestrict_sites_write(int fd)
{
    MEMRESTRICT_FIND(call, sites_write)
    return call != NULL ? call(fd) : memrestrict_plain_cannot();
}

static inline bool memrestrict_fault_arm(const char *plan)
{
    MEMRESTRICT_FIND(call, fault_arm)
    return call != NULL ? call(plan) : memrestrict_plain_cannot();
}

static inline void memrestrict_fault_disarm(void)
{
    MEMRESTRICT_FIND(call, fault_disarm)
    if (call != NULL)
        call();
}

static inline bool memrestrict_failures_next(struct memrestrict_failures *failures)
{
    MEMRESTRICT_FIND(call, failures_next)
    if (call != NULL)
        return call(failures);
    bool first = failures->state == MEMRESTRICT_FAILURES_BEGIN;
    failures->state = MEMRESTRICT_FAILURES_LAST;
    return first;
}

static inline struct memrestrict_scope *memrestrict_scope_create(const char *name, uint64_t limit)
{
    MEMRESTRICT_FIND(call, scope_create)
    if (call != NULL)
        return call(name, limit);
    memrestrict_plain_cannot();
    return NULL;
}

static inline bool memrestrict_scope_enter(struct memrestrict_scope *scope)
{
    MEMRESTRICT_FIND(call, scope_enter)
    return call != NULL ? call(scope) : memrestrict_plain_cannot();
}

static inline void memrestrict_scope_leave(struct memrestrict_scope *scope)
{
    MEMRESTRICT_FIND(call, scope_leave)
    if (call != NULL)
        call(scope);
}

static inline bool memrestrict_scope_usage(const struct memrestrict_scope *scope,
                                           struct memrestrict_usage *usage, size_t size)
{
    MEMRESTRICT_FIND(call, scope_usage)
    return call != NULL && call(scope, usage, size);
}

static inline void memrestrict_scope_destroy(struct memrestrict_scope *scope)
{
    MEMRESTRICT_FIND(call, scope_destroy)
    if (call != NULL)
        call(scope);
}

static inline bool memrestrict_scope_push(uint64_t limit)
{
    MEMRESTRICT_FIND(call, scope_push)
    return call != NULL ? call(limit) : memrestrict_plain_cannot();
}

static inline void memrestrict_scope_pop(void)
{
    MEMRESTRICT_FIND(call, scope_pop)
    if (call != NULL)
        call();
}

static inline size_t memrestrict_scope_live(const struct memrestrict_scope *scope,
                                            struct memrestrict_live *live, size_t count,
                                            size_t size)
{
    MEMRESTRICT_FIND(call, scope_live)
    return call != NULL ? call(scope, live, count, size) : 0;
}

/* A pool without the library: blocks of malloc's, in a list. */
struct memrestrict_plain_block {
    struct memrestrict_plain_block *next;
    size_t size;
} __attribute__((aligned(16)));
struct memrestrict_plain_pool {
    struct memrestrict_plain_block *first;
};

#define MEMRESTRICT_PLAIN static __attribute__((noinline, unused))

MEMRESTRICT_PLAIN void *memrestrict_plain_alloc(struct memrestrict_plain_pool *pool, size_t size)
{
    struct memrestrict_plain_block *block;
    if (pool == NULL || size > PTRDIFF_MAX - sizeof *block) {
        errno = pool == NULL ? EINVAL : ENOMEM;
        return NULL;
    }
    block = (struct memrestrict_plain_block *)calloc(1, sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->next = __atomic_load_n(&pool->first, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&pool->first, &block->next, block, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED)) {
    }
    return block + 1;
}

MEMRESTRICT_PLAIN bool memrestrict_plain_owns(const struct memrestrict_plain_pool *pool,
                                              const void *address)
{
    const struct memrestrict_plain_block *block =
        pool != NULL ? __atomic_load_n(&pool->first, __ATOMIC_ACQUIRE) : NULL;
    while (block != NULL &&
           (uintptr_t)address - (uintptr_t)(block + 1) >= block->size + (block->size == 0))
        block = block->next;
    return block != NULL;
}

MEMRESTRICT_PLAIN void memrestrict_plain_destroy(struct memrestrict_plain_pool *pool)
{
    while (pool != NULL && pool->first != NULL) {
        struct memrestrict_plain_block *block = pool->first;
        pool->first = block->next;
        free(block);
    }
    free(pool);
}

#undef MEMRESTRICT_PLAIN

static inline struct memrestrict_pool *memrestrict_pool_create(const char *name, size_t size)
{
    MEMRESTRICT_FIND(call, pool_create)
    return call != NULL
               ? call(name, size)
               : (struct memrestrict_pool *)calloc(1, sizeof(struct memrestrict_plain_pool));
}

static inline void *memrestrict_pool_alloc(struct memrestrict_pool *pool, size_t size)
{
    MEMRESTRICT_FIND(call, pool_alloc)
    return call != NULL ? call(pool, size)
                        : memrestrict_plain_alloc((struct memrestrict_plain_pool *)pool, size);
}

static inline char *memrestrict_pool_strdup(struct memrestrict_pool *pool, const char *text)
{
    size_t size = strlen(text) + 1;
    void *copy = memrestrict_pool_alloc(pool, size);
    return copy != NULL ? (char *)memcpy(copy, text, size) : NULL;
}

static inline bool memrestrict_pool_seal(struct memrestrict_pool *pool)
{
    MEMRESTRICT_FIND(call, pool_seal)
    return call != NULL ? call(pool) : memrestrict_plain_cannot();
}

static inline bool memrestrict_pool_seal_forever(struct memrestrict_pool *pool)
{
    MEMRESTRICT_FIND(call, pool_seal_forever)
    return call != NULL ? call(pool) : memrestrict_plain_cannot();
}

static inline bool memrestrict_pool_unseal(struct memrestrict_pool *pool)
{
    MEMRESTRICT_FIND(call, pool_unseal)
    return call != NULL ? call(pool) : memrestrict_plain_cannot();
}

static inline bool memrestrict_pool_owns(const struct memrestrict_pool *pool, const void *address)
{
    MEMRESTRICT_FIND(call, pool_owns)
    return call != NULL
               ? call(pool, address)
               : memrestrict_plain_owns((const struct memrestrict_plain_pool *)pool, address);
}

static inline void memrestrict_pool_destroy(struct memrestrict_pool *pool)
{
    MEMRESTRICT_FIND(call, pool_destroy)
    if (call != NULL)
        call(pool);
    else
        memrestrict_plain_destroy((struct memrestrict_plain_pool *)pool);
}

#undef MEMRESTRICT_FIND
#endif

#ifdef __cplusplus
}
#endif
#endif
