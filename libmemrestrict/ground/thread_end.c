/* SPDX-License-Identifier: MIT */
#include "ground/thread_end.h"

#include <limits.h>
#include <stdatomic.h>

enum { IN_PLACE = 32 }; /* glibc; musl has four times as many */

/* The C library gives out the first free one, so those before the last are had for a moment. */
bool thread_end_key(pthread_key_t *key, void (*at_end)(void *value))
{
    pthread_key_t had[IN_PLACE + 1];
    unsigned count = 0, best = IN_PLACE;
    while (count <= IN_PLACE && pthread_key_create(&had[count], at_end) == 0) {
        bool last = had[count] >= IN_PLACE - 1;
        if (had[count] < IN_PLACE && (best == IN_PLACE || had[count] > had[best]))
            best = count;
        count++;
        if (last)
            break;
    }
    for (unsigned i = 0; i < count; i++)
        if (i != best)
            pthread_key_delete(had[i]);
    if (best != IN_PLACE)
        *key = had[best];
    return best != IN_PLACE;
}

void thread_end_note(_Atomic unsigned *key, void (*at_end)(void *value), const void *value)
{
    pthread_key_t made;
    unsigned known = atomic_load(key);
    if (known == UINT_MAX && thread_end_key(&made, at_end)) {
        if (atomic_compare_exchange_strong(key, &known, made))
            known = made;
        else
            pthread_key_delete(made);
    }
    if (known != UINT_MAX)
        pthread_setspecific(known, value);
}
