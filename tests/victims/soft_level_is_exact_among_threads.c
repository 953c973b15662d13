/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/eventfd.h>

enum { THREADS = 4, BLOCKS = 60, BLOCK = 3000, ROUNDS = 100, SHARE = BLOCKS * BLOCK };

static pthread_barrier_t barrier;

/* Takes its share, and gives it back. */
static void *work(void *unused)
{
    void *blocks[BLOCKS];
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < BLOCKS; i++)
            CHECK((blocks[i] = malloc(BLOCK)) != NULL);
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < BLOCKS; i++)
            free(blocks[i]);
        pthread_barrier_wait(&barrier);
    }
    return unused;
}

/* Is the level crossed by what all threads take together? Stocks that they hold are not used. */
int main(void)
{
    pthread_t threads[THREADS];
    uint64_t count;
    int fd = eventfd(0, EFD_NONBLOCK);
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS + 1) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t base = used(), short_by = (uint64_t)round % 2;
        CHECK(memrestrict_soft_set(base + THREADS * SHARE - short_by, fd));
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        count = 0;
        bool crossed = read(fd, &count, sizeof count) == sizeof count;
        CHECK(crossed == (short_by == 1) && count == short_by);
        pthread_barrier_wait(&barrier);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(refusals() == 0);
    return 0;
}
