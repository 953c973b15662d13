/* SPDX-License-Identifier: MIT
 *
 * Threads allocate at random while the process forks, again and again; children give back what they
 * inherited, allocate, and end by exit or SIGKILL. Nothing is refused that fits in 64 MiB, no count
 * goes below zero, and in the end all but the parent's own is free.
 */
#include "victim.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { THREADS = 4, BLOCKS = 200, CHILDREN = 100, LARGEST = 4096 };

static void *_Atomic blocks[THREADS][BLOCKS];
static atomic_bool over;

static void *churn(void *row)
{
    unsigned seed = (unsigned)(uintptr_t)row;
    void *_Atomic *own = blocks[(uintptr_t)row];
    while (!over) {
        void *block = malloc(1 + (size_t)rand_r(&seed) % LARGEST);
        CHECK(block != NULL);
        free(atomic_exchange(&own[rand_r(&seed) % BLOCKS], block));
    }
    for (int i = 0; i < BLOCKS; i++)
        free(atomic_exchange(&own[i], NULL));
    return NULL;
}

static void child(int number)
{
    for (int row = 0; row < THREADS; row++)
        for (int i = 0; i < BLOCKS; i++)
            free(atomic_exchange(&blocks[row][i], NULL));
    for (int i = 0; i < BLOCKS; i++)
        CHECK((blocks[0][i] = malloc(LARGEST)) != NULL);
    CHECK(used() >= BLOCKS * LARGEST && used() < 8 * MIB);
    if (number % 2)
        raise(SIGKILL);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[0][i]);
    _exit(0);
}

int main(void)
{
    pthread_t threads[THREADS];
    uint64_t before = used();
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, churn, (void *)i) == 0);
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0)
            child(i);
        CHECK(waitpid(pid, &status, 0) == pid && status == (i % 2 ? SIGKILL : 0));
    }
    over = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(used() - before < 4 * KIB && refusals() == 0); /* the C library's own, for threads */
    return 0;
}
