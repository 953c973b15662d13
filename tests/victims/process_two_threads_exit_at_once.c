/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

static pthread_barrier_t start;

static void *leave(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&start);
    _exit(0);
}

int main(void)
{
    pthread_t threads[2];
    pthread_barrier_init(&start, NULL, 3);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, leave, NULL) == 0);
    for (int i = 0; i < 20000; i++) /* something for the report to walk over */
        CHECK(malloc(100000) != NULL);
    pthread_barrier_wait(&start);
    return 0;
}
