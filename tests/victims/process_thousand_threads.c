/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

enum { ROUNDS = 20, THREADS = 50 };

static char *left[THREADS];

static void *work(void *index)
{
    size_t i = (size_t)index;
    char *block = malloc(100 + i);
    CHECK(block != NULL);
    free(left[i]); /* the block of a thread that has ended */
    left[i] = realloc(block, 10000 + i);
    CHECK(left[i] != NULL);
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[THREADS];
    pthread_attr_t small; /* stacks that all fit into the C library's cache */
    CHECK(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 64 * KIB) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], &small, work, (void *)i) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    run_threads();
    uint64_t before = used();
    for (int i = 1; i < ROUNDS; i++)
        run_threads();
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
