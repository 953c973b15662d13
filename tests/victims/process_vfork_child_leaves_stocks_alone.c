/* SPDX-License-Identifier: MIT
 *
 * Every stock of budget is taken, each by a thread that lives; then a child that shares our memory
 * allocates for the first time on a thread without one. It must not take the owners for dead.
 */
#include "victim.h"

#include <pthread.h>
#include <sys/wait.h>

enum { OWNERS = 64, ROUNDS = 20000 };

static pthread_barrier_t step;

static void churn(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        char *volatile one = malloc(100 + (size_t)i % 50), *volatile other = malloc(7);
        free(one);
        free(other);
    }
}

static void *own_a_stock(void *unused)
{
    churn(10);
    pthread_barrier_wait(&step); /* all have one */
    pthread_barrier_wait(&step); /* the child was there */
    churn(ROUNDS);
    return unused;
}

static void *come_late(void *unused)
{
    int status;
    pthread_barrier_wait(&step);
    pid_t child = vfork();
    if (child == 0) {
        char *volatile block = malloc(10);
        free(block);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    pthread_barrier_wait(&step);
    churn(ROUNDS);
    return unused;
}

int main(void)
{
    pthread_t threads[OWNERS + 1];
    pthread_barrier_init(&step, NULL, OWNERS + 1);
    for (int i = 0; i <= OWNERS; i++)
        CHECK(pthread_create(&threads[i], NULL, i < OWNERS ? own_a_stock : come_late, NULL) == 0);
    for (int i = 0; i <= OWNERS; i++)
        pthread_join(threads[i], NULL);
    uint64_t before = used();
    char *volatile block = malloc(1000); /* the C library's own for threads come and go */
    CHECK(used() == before + 1000);
    free(block);
    CHECK(used() < 1 * MIB && refusals() == 0);
    return 0;
}
