/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <stdatomic.h>

/* Blocks go from thread to thread through the slots, so most are freed by another than their own.
 */
enum { THREADS = 4, SLOTS = 64, STEPS = 100000 };

static char *_Atomic slots[SLOTS];

static void *trade(void *seed)
{
    unsigned random = (unsigned)(size_t)seed + 1;
    for (int i = 0; i < STEPS; i++) {
        random = random * 1103515245 + 12345;
        size_t size = 1 + (random >> 8) % (random >> 28 == 0 ? 300000 : 2000);
        char *block = i % 3 == 0 ? realloc(malloc(10), size) : malloc(size);
        CHECK(block != NULL);
        block[0] = block[size - 1] = 'x';
        free(atomic_exchange(&slots[random >> 16 & (SLOTS - 1)], block));
    }
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, trade, (void *)i) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (size_t i = 0; i < SLOTS; i++)
        free(atomic_exchange(&slots[i], NULL));
}

int main(void)
{
    run_threads();
    uint64_t before = used();
    run_threads();
    CHECK(used() == before && usage().unknown == 0 && refusals() == 0);
    return 0;
}
