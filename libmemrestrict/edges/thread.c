/* SPDX-License-Identifier: MIT */
#include "edges/thread.h"

#include "decide/gate.h"
#include "ground/guard.h"
#include "ground/lock.h"
#include "ground/pages.h"
#include "ground/real.h"
#include "ground/thread_end.h"
#include "records/budget.h"

#include <errno.h>
#include <stdatomic.h>

struct start {
    void *(*routine)(void *);
    void *argument;
    struct thread_wanted wanted;
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

static pthread_key_t stack_key;
static _Atomic bool stack_key_made;
static _Atomic bool stack_key_tried;

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

bool thread_can_charge(void)
{
    if (!atomic_exchange(&stack_key_tried, true) && thread_end_key(&stack_key, give_back))
        atomic_store(&stack_key_made, true);
    return stack_key_made;
}

uint64_t thread_stacks(void) { return atomic_load(&all_stacks); }

void thread_inherit(void)
{
    inherited.any = atomic_load(&all_stacks) != 0;
    inherited.thread = pthread_self();
}

static void *run(void *argument)
{
    struct start start = *(struct start *)argument;
    start_free(argument);
    guard.thread = (int)start.wanted.number;
    if (start.wanted.stack != 0 && pthread_setspecific(stack_key, (void *)start.wanted.stack) != 0)
        give_back((void *)start.wanted.stack);
    return start.routine(start.argument);
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

int thread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                  void *argument, struct thread_wanted wanted)
{
    struct start *start = start_make();
    if (start == NULL)
        return EAGAIN;
    *start = (struct start){routine, argument, wanted};
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
