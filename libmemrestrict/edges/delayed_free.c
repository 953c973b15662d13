/* SPDX-License-Identifier: MIT */
#include "edges/delayed_free.h"

#include "common/kernel.h"
#include "ground/thread_end.h"

enum { NO_KEY, KEY_MADE, KEY_TRIED };

int64_t delayed_free_largest = -1;
_Atomic bool delayed_free_reuses;

static pthread_key_t at_end;
static _Atomic int key_state;
static struct guard *first_thread; /* whose end is that of the process, as a rule */
static void (*release_at_end)(void *block);

void delayed_free_release(void (*release)(void *block))
{
    unsigned level = guard.level;
    if (!guard_is_fast()) /* there are none; or a signal handler came into delayed_free_swap */
        return;
    guard.level = GUARD_COUNTED;
    guard.reusable = 0;
    for (unsigned i = 0; i < GUARD_DELAYED; i++) {
        void *block = guard.delayed[i];
        guard.delayed[i] = NULL;
        release(block);
    }
    guard.level = level;
}

/* What the thread still frees, in others' destructors and in the C library, it frees at once. */
static void end_thread(void *unused)
{
    (void)unused;
    delayed_free_release(release_at_end);
    if (guard_is_fast())
        guard.level = GUARD_COUNTED;
}

void delayed_free_start(int64_t largest, bool reuses, void (*release)(void *block))
{
    first_thread = kernel_thread() == kernel_pid() ? &guard : NULL;
    release_at_end = release;
    delayed_free_largest = largest;
    atomic_store(&delayed_free_reuses, reuses);
}

void delayed_free_before_thread(void)
{
    int none = NO_KEY;
    if (delayed_free_largest < 0 || !atomic_compare_exchange_strong(&key_state, &none, KEY_TRIED) ||
        !thread_end_key(&at_end, end_thread))
        return;
    if (guard_is_fast()) /* the first thread, which may end before the others */
        pthread_setspecific(at_end, &guard);
    atomic_store(&key_state, KEY_MADE);
}

/* A thread that was not made by pthread_create, as the program calls it, may come before the key.
 */
bool delayed_free_start_thread(void)
{
    if (delayed_free_largest < 0)
        return true;
    if (atomic_load(&key_state) == KEY_MADE)
        return pthread_setspecific(at_end, &guard) == 0;
    return &guard == first_thread;
}
