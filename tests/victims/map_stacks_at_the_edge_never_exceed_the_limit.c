/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

#include <stdatomic.h>

enum { MAKERS = 4, ROUNDS = 150 };

static _Atomic int running, refused;

static void *run(void *ignored)
{
    CHECK(atomic_fetch_add(&running, 1) < 3); /* three stacks fit */
    sched_yield();
    atomic_fetch_sub(&running, 1);
    return ignored;
}

static void *make(void *attributes)
{
    for (int i = 0; i < ROUNDS || (refused == 0 && i < 1000 * ROUNDS); i++) {
        pthread_t thread;
        int error = pthread_create(&thread, attributes, run, NULL);
        CHECK(error == 0 || error == EAGAIN);
        refused += error != 0;
        if (error == 0)
            pthread_join(thread, NULL);
    }
    return NULL;
}

int main(void)
{
    static char stacks[MAKERS][128 * 1024] __attribute__((aligned(64)));
    pthread_t makers[MAKERS];
    pthread_attr_t own, attributes;
    pthread_attr_init(&own);
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 300 * KIB) == 0);
    for (int i = 0; i < MAKERS; i++) {
        CHECK(pthread_attr_setstack(&own, stacks[i], sizeof stacks[i]) == 0);
        CHECK(pthread_create(&makers[i], &own, make, &attributes) == 0);
    }
    for (int i = 0; i < MAKERS; i++)
        pthread_join(makers[i], NULL);
    CHECK(refused > 0 && used() < 300 * KIB);
    return 0;
}
