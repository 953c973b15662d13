/* SPDX-License-Identifier: MIT
 *
 * Threads' stacks, when MEMRESTRICT_COUNT names them: the size in the attributes (8 MiB by default,
 * as ulimit -s says) is charged from pthread_create until the thread has ended. The C library maps
 * and caches them where no interposed mmap sees it. A stack that the program brings along is memory
 * that it got elsewhere, and is not charged again. A plan of faults may say that a thread is not
 * made, and may ask for its number.
 */
#include "records/budget.h"
#include "edges/exports.h"
#include "records/fault.h"
#include "decide/gate.h"
#include "edges/lifecycle.h"
#include "ground/lock.h"
#include "ground/pages.h"
#include "ground/real.h"
#include "edges/thread.h"

#include <errno.h>
#include <pthread.h>

struct start {
    void *(*routine)(void *);
    void *argument;
    size_t stack;    /* bytes that it was charged; 0: none */
    unsigned number; /* as in guard.thread */
};

static struct lock lock;
static struct pages_pool pool;

static struct start *start_make(void)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    struct start *start = pages_alloc(&pool, sizeof *start);
    lock_drop(&lock, &hold);
    return start;
}

static void start_free(struct start *start)
{
    struct lock_hold hold;
    lock_take(&lock, &hold);
    pages_free(&pool, start, sizeof *start);
    lock_drop(&lock, &hold);
}

/* The destructor of a thread-specific value runs however a thread ends: return, exit, cancellation.
 */
static pthread_key_t stack_key;
static bool stack_key_made;

static _Atomic uint64_t all_stacks; /* bytes charged for threads that run */

/* The thread that forked has its stack since before. */
static struct {
    bool any;
    pthread_t thread;
} inherited;

static void cancel(uint64_t stack)
{
    atomic_fetch_sub(&all_stacks, stack);
    budget_refund(stack);
}

static void give_back(void *stack)
{
    uint64_t bytes = (uintptr_t)stack;
    if (!inherited.any || !pthread_equal(inherited.thread, pthread_self())) {
        cancel(bytes);
        return;
    }
    inherited.any = false;
    atomic_fetch_sub(&all_stacks, bytes);
    budget_refund_inherited(bytes);
}

void thread_recover(void)
{
    if (!lock_is_free(&lock))
        pool = (struct pages_pool){0};
    lock_fork_reset(&lock);
}

void thread_fork_child(void)
{
    thread_recover();
    inherited.any = false; /* so far all are of this process's own budget */
    if (atomic_load(&all_stacks) == 0)
        return;
    uint64_t own = stack_key_made ? (uintptr_t)pthread_getspecific(stack_key) : 0;
    budget_refund(atomic_exchange(&all_stacks, own) - own);
}

uint64_t thread_stacks(void) { return atomic_load(&all_stacks); }

void thread_inherit(void)
{
    inherited.any = atomic_load(&all_stacks) != 0;
    inherited.thread = pthread_self();
}

static __attribute__((constructor)) void make_key(void)
{
    stack_key_made = pthread_key_create(&stack_key, give_back) == 0;
}

static void *run(void *argument)
{
    struct start start = *(struct start *)argument;
    start_free(argument);
    guard.thread = (int)start.number;
    if (start.stack != 0 && pthread_setspecific(stack_key, (void *)start.stack) != 0)
        give_back((void *)start.stack);
    return start.routine(start.argument);
}

static bool brings_stack(const pthread_attr_t *attributes)
{
    void *own = NULL;
    size_t size = 0;
    return attributes != NULL && pthread_attr_getstack(attributes, &own, &size) == 0 &&
           own != NULL && (uintptr_t)own + size != 0 && size != 0;
}

/* False: it cannot be told. */
static bool stack_size(const pthread_attr_t *attributes, size_t *bytes)
{
    pthread_attr_t defaults;
    if (attributes != NULL)
        return pthread_attr_getstacksize(attributes, bytes) == 0;
    if (pthread_attr_init(&defaults) != 0)
        return false;
    bool known = pthread_attr_getstacksize(&defaults, bytes) == 0;
    pthread_attr_destroy(&defaults);
    return known;
}

/* False: refused. errno stays. */
static bool charge(size_t stack)
{
    int saved = errno;
    bool admitted = stack == 0 || gate_admit(CALL_pthread_create, stack);
    errno = saved;
    if (admitted)
        atomic_fetch_add(&all_stacks, stack);
    return admitted;
}

static int create(pthread_t *thread, const pthread_attr_t *attributes, struct start wanted)
{
    struct start *start = start_make();
    if (start == NULL)
        return EAGAIN;
    *start = wanted;
    bool admitted = charge(wanted.stack);
    int error = admitted ? real.pthread_create(thread, attributes, run, start) : EAGAIN;
    if (error == 0) {
        budget_note_peak(wanted.stack);
        return 0;
    }
    start_free(start);
    if (admitted)
        cancel(wanted.stack);
    return error;
}

/* By the plan. errno stays. */
static bool fails(const pthread_attr_t *attributes)
{
    size_t stack = 0;
    int saved = errno;
    if (!brings_stack(attributes) && !stack_size(attributes, &stack))
        stack = 0;
    bool failed = gate_faults(CALL_pthread_create, stack);
    errno = saved;
    return failed;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument)
{
    struct start start = {.routine = routine, .argument = argument};
    if (life() == LIFE_COLD)
        lifecycle_start();
    if (!life_counts())
        return real.pthread_create(thread, attributes, routine, argument);
    if (UNLIKELY(fault_on) && fails(attributes))
        return EAGAIN;
    if ((lifecycle_config.count & COUNT_STACKS) && stack_key_made && !brings_stack(attributes) &&
        !stack_size(attributes, &start.stack))
        start.stack = 0;
    if (UNLIKELY(fault_on))
        start.number = fault_next_thread();
    return start.stack == 0 && start.number == 0
               ? real.pthread_create(thread, attributes, routine, argument)
               : create(thread, attributes, start);
}
