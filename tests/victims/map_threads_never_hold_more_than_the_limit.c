/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 8, ROUNDS = 4000 };

static _Atomic uint64_t held, most, refused;
static uint64_t room;

static void *work(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number;
    for (int i = 0; i < ROUNDS || (refused == 0 && i < 1000 * ROUNDS); i++) {
        size_t length = (1 + (unsigned)rand_r(&seed) % 64) * PAGE;
        char *memory = mmap(NULL, length, RW, ANON, -1, 0);
        if (memory == MAP_FAILED) {
            CHECK(errno == ENOMEM);
            refused++;
            continue;
        }
        uint64_t now = atomic_fetch_add(&held, length) + length;
        CHECK(now <= room);
        if (now > most)
            most = now;
        if (i % 4 == 0)
            sched_yield();
        atomic_fetch_sub(&held, length);
        unmap(memory, length);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    uint64_t before = used();
    room = usage().limit - before;
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(refused > 0 && refusals() == refused); /* the edge was met */
    CHECK(used() - before < 64 * KIB);           /* the C library's records of threads */
    return 0;
}
