/* SPDX-License-Identifier: MIT
 *
 * For heap victims with threads: a crew that starts together, and stands still while the main
 * thread looks at the counts (starting a thread allocates, and ending one may free).
 */
#ifndef HEAP_CREW_H
#define HEAP_CREW_H

#include "heap_functions.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CREW_MOST = 256 };

static struct {
    pthread_t threads[CREW_MOST];
    int count;
    void (*work)(int number);
    pthread_barrier_t gate;
    _Atomic bool over; /* time to come to an end */
} crew;

static inline void crew_meet(void) { pthread_barrier_wait(&crew.gate); }

static inline void *crew_member(void *number)
{
    crew_meet(); /* all are there */
    crew_meet();
    crew.work((int)(intptr_t)number);
    crew_meet(); /* all are done */
    crew_meet();
    return NULL;
}

/* Afterwards all threads wait, and nobody else allocates. */
static inline void crew_assemble(int count, void (*work)(int number))
{
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, 256 * KIB) == 0);
    CHECK(pthread_barrier_init(&crew.gate, NULL, (unsigned)count + 1) == 0);
    crew.count = count;
    crew.work = work;
    for (intptr_t i = 0; i < count; i++)
        CHECK(pthread_create(&crew.threads[i], &attributes, crew_member, (void *)i) == 0);
    pthread_attr_destroy(&attributes);
    crew_meet();
}

/* Lets them work; tells them after `seconds` that it is over; returns when all are done. */
static inline void crew_work(unsigned seconds)
{
    crew_meet();
    sleep(seconds);
    atomic_store(&crew.over, true);
    crew_meet();
}

static inline void crew_dismiss(void)
{
    crew_meet();
    for (int i = 0; i < crew.count; i++)
        CHECK(pthread_join(crew.threads[i], NULL) == 0);
}

static inline bool crew_goes_on(void) { return !atomic_load(&crew.over); }

/* Random numbers, a sequence of its own for each member. */
struct dice {
    uint64_t state;
};

static inline struct dice dice_of(int number)
{
    return (struct dice){UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(number + 1)};
}

static inline size_t pick(struct dice *dice, size_t below)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return (size_t)(dice->state >> 16) % below;
}

#endif
