/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

enum { THREADS = 4, ROUNDS = 400, BLOCK = 100000 };

static _Atomic int done;

static void *work(void *unused)
{
    while (!atomic_load(&done)) {
        void *blocks[8];
        for (int i = 0; i < 8; i++)
            CHECK((blocks[i] = malloc(BLOCK + 100 * (size_t)i)) != NULL);
        for (int i = 0; i < 8; i++)
            free(blocks[i]);
    }
    return unused;
}

/* Set while others charge, again and again below what they use at times: told of it soon, and none
 * of them is refused what fits. */
int main(void)
{
    pthread_t threads[THREADS];
    uint64_t count;
    int fd = eventfd(0, 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        CHECK(memrestrict_soft_set(used() / 2 + BLOCK, fd));
        CHECK(poll(&readable, 1, 20000) == 1 && read(fd, &count, sizeof count) == sizeof count);
        CHECK(count == 1);
    }
    atomic_store(&done, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(refusals() == 0);
    return 0;
}
