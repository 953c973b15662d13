/* SPDX-License-Identifier: MIT */
#include "edges/delayed_free.h"

#include <pthread.h>

/* The keys of which glibc keeps a thread's values without allocating. */
enum { KEYS_IN_PLACE = 32 };

int64_t delayed_free_largest = -1;

static pthread_key_t at_end;
static void (*release_at_end)(void *block);

void delayed_free_release(void (*release)(void *block))
{
    unsigned level = guard.level;
    if (level != GUARD_PLAIN) /* there are none; or a signal handler came into delayed_free_swap */
        return;
    guard.level = GUARD_COUNTED;
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
    if (guard.level == GUARD_PLAIN)
        guard.level = GUARD_COUNTED;
}

void delayed_free_start(int64_t largest, void (*release)(void *block))
{
    if (largest < 0 || pthread_key_create(&at_end, end_thread) != 0 || at_end >= KEYS_IN_PLACE)
        return;
    release_at_end = release;
    delayed_free_largest = largest;
}

bool delayed_free_start_thread(void)
{
    return delayed_free_largest < 0 || pthread_setspecific(at_end, &guard) == 0;
}
