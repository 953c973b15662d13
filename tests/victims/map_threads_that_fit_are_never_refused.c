/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 7, ROUNDS = 4000, MOST = 32 };

static _Atomic bool over;

static void *work(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number;
    for (int i = 0; i < ROUNDS; i++) {
        size_t length = (1 + (unsigned)rand_r(&seed) % MOST) * PAGE;
        unmap(map_rw(length), length);
    }
    return NULL;
}

static void *ask_for_too_much(void *ignored)
{
    while (!over)
        CHECK(mmap(NULL, 2 * MIB, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    return ignored;
}

int main(void)
{
    pthread_t threads[THREADS], greedy;
    CHECK(usage().limit - used() > (THREADS * MOST + 16) * PAGE);
    CHECK(pthread_create(&greedy, NULL, ask_for_too_much, NULL) == 0);
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    over = true;
    pthread_join(greedy, NULL);
    return 0;
}
