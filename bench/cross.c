/* SPDX-License-Identifier: MIT
 *
 * cross COUNT: one thread allocates COUNT blocks, another frees them. They are handed over in
 * batches, because otherwise the hand-over would be what is measured.
 */
#include "bench.h"

#include <pthread.h>

enum { BATCH = 512, BATCHES = 16 };

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t made, freed; /* batches */
    char *blocks[BATCHES][BATCH];
} ring = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, {{NULL}}};

static size_t batches;

static void step(size_t *counter)
{
    pthread_mutex_lock(&ring.mutex);
    ++*counter;
    pthread_cond_signal(&ring.changed);
    pthread_mutex_unlock(&ring.mutex);
}

static void wait_for_work(void)
{
    pthread_mutex_lock(&ring.mutex);
    while (ring.made == ring.freed)
        pthread_cond_wait(&ring.changed, &ring.mutex);
    pthread_mutex_unlock(&ring.mutex);
}

static void wait_for_room(void)
{
    pthread_mutex_lock(&ring.mutex);
    while (ring.made - ring.freed == BATCHES)
        pthread_cond_wait(&ring.changed, &ring.mutex);
    pthread_mutex_unlock(&ring.mutex);
}

static void *free_batches(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < batches; i++) {
        wait_for_work();
        for (size_t j = 0; j < BATCH; j++)
            free(ring.blocks[i % BATCHES][j]);
        step(&ring.freed);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    (void)argc;
    pthread_t consumer;
    uint64_t state = 1;
    batches = argument(argv, 1) / BATCH;
    if (pthread_create(&consumer, NULL, free_batches, NULL) != 0)
        fail("pthread_create");
    for (size_t i = 0; i < batches; i++) {
        wait_for_room();
        for (size_t j = 0; j < BATCH; j++)
            ring.blocks[i % BATCHES][j] = random_block(&state);
        step(&ring.made);
    }
    pthread_join(consumer, NULL);
    return 0;
}
