/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 4000, PIECE = 8 };

static char *reservation;

static void *work(void *number)
{
    char *own = reservation + (uintptr_t)number * PIECE * PAGE;
    unsigned seed = (unsigned)(uintptr_t)number;
    for (int i = 0; i < ROUNDS; i++) {
        char *from = own + (unsigned)rand_r(&seed) % PIECE * PAGE;
        size_t length = (size_t)(own + PIECE * PAGE - from);
        int prot = rand_r(&seed) & 64 ? RW : PROT_NONE;
        if (rand_r(&seed) & 64)
            CHECK(mprotect(from, length, prot) == 0);
        else
            map_at(from, length, prot, ANON | MAP_FIXED);
    }
    CHECK(mprotect(own, PIECE * PAGE, RW) == 0);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    struct counts before;
    reservation = map_none(THREADS * PIECE * PAGE);
    for (int again = 0; again < 2; again++) { /* the second time the stacks are there already */
        before = counts();
        for (uintptr_t i = 0; i < THREADS; i++)
            CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        if (again == 0)
            CHECK(mprotect(reservation, THREADS * PIECE * PAGE, PROT_NONE) == 0);
    }
    CHECK(both_grew(before, THREADS * PIECE * (int64_t)PAGE));
    return 0;
}
