/* SPDX-License-Identifier: MIT
 *
 * Allocates before, while, and after there is another thread. */
#include <pthread.h>
#include <stdlib.h>

static pthread_barrier_t both;

static void *wait_twice(void *unused)
{
    pthread_barrier_wait(&both);
    pthread_barrier_wait(&both);
    return unused;
}

int main(void)
{
    pthread_t thread;
    free(malloc(41));
    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&thread, NULL, wait_twice, NULL) != 0)
        return 1;
    pthread_barrier_wait(&both);
    free(malloc(42));
    pthread_barrier_wait(&both);
    pthread_join(thread, NULL);
    free(malloc(43));
    return 0;
}
