/* SPDX-License-Identifier: MIT */
#include "ground/pause.h"

#include "common/kernel.h"
#include "common/kernel_threads.h"
#include "ground/guard.h"
#include "ground/pages.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

enum {
    LEAST_ROOM = 1024,
    ROUNDS = 50,     /* lists of threads, each with some that the one before lacked */
    PATIENCE = 20,   /* waits of 100 ms at most for those that should answer ... */
    BLOCKED_FOR = 2, /* ... and for those that block the signal, or are held in the kernel */
    HIGHEST_SIGNAL = 64,
    LOWEST_SIGNAL = 35, /* the C libraries use those before */
    RED_ZONE = 128      /* below a stack pointer that the kernel tells of */
};

/* Its threads stay mapped, for signals that come late. */
static struct pause *_Atomic current;
static _Atomic int waiting; /* 1: who is stopped waits */
static _Atomic int answers;

static struct paused *find(const struct pause *pause, int thread)
{
    for (size_t i = 0; i < pause->count; i++)
        if (pause->threads[i].thread == thread)
            return &pause->threads[i];
    return NULL;
}

/* Waits for the end of it. What is above `sp` has all that the thread knows. */
static __attribute__((noinline)) void stop_at(uintptr_t sp)
{
    struct pause *pause = atomic_load(&current);
    struct paused *self = pause != NULL ? find(pause, kernel_thread()) : NULL;
    if (self == NULL || atomic_load(&self->state) != PAUSE_AWAITED)
        return;
    self->sp = sp;
    self->pointer = (uintptr_t)pthread_self();
    atomic_store(&self->state, PAUSE_STOPPED);
    atomic_fetch_add(&answers, 1);
    kernel_wake_all(&answers);
    while (atomic_load(&waiting) == 1)
        kernel_wait(&waiting, 1);
}

/* The context is on the thread's stack, with all registers. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    if (guard.moving > 0)
        guard.pause_wanted = true;
    else
        stop_at((uintptr_t)context);
}

static __attribute__((noinline)) void stop_below(void)
{
    stop_at((uintptr_t)__builtin_dwarf_cfa());
}

/* What the callers keep in registers goes to this frame. */
COLD void pause_here(void)
{
    __builtin_unwind_init();
    guard.pause_wanted = false;
    stop_below();
    atomic_signal_fence(memory_order_seq_cst); /* the last call leaves the frame where it is */
}

/* One that nobody uses; 0: there is none. */
static int free_signal(void)
{
    struct sigaction ours = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigaction theirs;
    memset(&ours.sa_mask, 0xff, sizeof ours.sa_mask);
    for (int number = HIGHEST_SIGNAL; number >= LOWEST_SIGNAL; number--)
        if (sigaction(number, NULL, &theirs) == 0 && !(theirs.sa_flags & SA_SIGINFO) &&
            theirs.sa_handler == SIG_DFL)
            return sigaction(number, &ours, NULL) == 0 ? number : 0;
    return 0;
}

static bool make_table(struct pause *pause, int threads)
{
    pause->room = 2 * (size_t)threads + LEAST_ROOM;
    pause->threads = kernel_pages(pause->room * sizeof *pause->threads);
    return pause->threads != NULL;
}

/* Sends the signal to those that are not in the table yet: how many; negative: it cannot be done.
 */
static int call_new(struct pause *pause, int *ids)
{
    int self = kernel_thread(), count = kernel_threads(ids, (int)pause->room), called = 0;
    bool has_self = false;
    if (count < 0 || (size_t)count > pause->room)
        return -1;
    for (int i = 0; i < count; i++) {
        has_self |= ids[i] == self;
        if (ids[i] == self || find(pause, ids[i]) != NULL)
            continue;
        if (pause->count == pause->room)
            return -1;
        struct paused *thread = &pause->threads[pause->count];
        *thread = (struct paused){.thread = ids[i]};
        pause->count++;
        int error = kernel_thread_signal(ids[i], pause->signal);
        if (error != 0)
            atomic_store(&thread->state, error == -ESRCH ? PAUSE_GONE : PAUSE_DEAF);
        called++;
    }
    return has_self ? called : -1;
}

static void give_up(struct paused *thread, const struct kernel_thread_state *state)
{
    int awaited = PAUSE_AWAITED;
    thread->sp = state->sp != 0 ? state->sp - RED_ZONE : 0;
    atomic_compare_exchange_strong(&thread->state, &awaited, PAUSE_DEAF);
}

/* One that does not answer: has it gone, or can it not? */
static void look_at(struct pause *pause, struct paused *thread, int waits)
{
    struct kernel_thread_state state;
    kernel_thread_look(thread->thread, pause->signal, &state);
    bool held = state.is_blocking || state.state == 'D' || state.state == 'T' || state.state == 't';
    if (kernel_is_no_thread(thread->thread) || state.state == 'Z' || state.state == 'X')
        atomic_store(&thread->state, PAUSE_GONE);
    else if ((held && waits >= BLOCKED_FOR) || waits >= PATIENCE)
        give_up(thread, &state);
}

static bool is_any_awaited(const struct pause *pause)
{
    for (size_t i = 0; i < pause->count; i++)
        if (atomic_load(&pause->threads[i].state) == PAUSE_AWAITED)
            return true;
    return false;
}

/* The wait ends when all have answered, or cannot. */
static void await(struct pause *pause)
{
    int waits = 0;
    for (int seen = atomic_load(&answers); is_any_awaited(pause); seen = atomic_load(&answers)) {
        if (kernel_wait(&answers, seen))
            continue;
        waits++;
        for (size_t i = 0; i < pause->count; i++)
            if (atomic_load(&pause->threads[i].state) == PAUSE_AWAITED)
                look_at(pause, &pause->threads[i], waits);
    }
}

/* Until a list has nobody new. */
static bool stop_all(struct pause *pause, int *ids)
{
    for (int round = 0; round < ROUNDS; round++) {
        int called = call_new(pause, ids);
        if (called <= 0)
            return called == 0;
        await(pause);
    }
    return false;
}

static void count(struct pause *pause)
{
    for (size_t i = 0; i < pause->count; i++) {
        pause->stopped += atomic_load(&pause->threads[i].state) == PAUSE_STOPPED;
        pause->deaf += atomic_load(&pause->threads[i].state) == PAUSE_DEAF;
    }
}

bool pause_begin(struct pause *pause)
{
    *pause = (struct pause){.signal = free_signal()};
    int threads = pause->signal != 0 ? kernel_threads(NULL, 0) : -1;
    if (threads < 0 || !make_table(pause, threads))
        return false;
    size_t bytes = pause->room * sizeof(int);
    int *ids = kernel_pages(bytes);
    atomic_store(&waiting, 1);
    atomic_store(&current, pause);
    bool done = ids != NULL && stop_all(pause, ids);
    if (ids != NULL)
        kernel_pages_free(ids, bytes);
    count(pause);
    if (!done)
        pause_end(pause);
    return done;
}

void pause_end(struct pause *pause)
{
    (void)pause;
    atomic_store(&current, NULL);
    atomic_store(&waiting, 0);
    kernel_wake_all(&waiting);
}
