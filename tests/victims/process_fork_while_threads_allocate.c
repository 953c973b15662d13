/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { THREADS = 3 };

static atomic_bool over;

static void allocate_and_map(void)
{
    void *block = realloc(malloc(100), 5000);
    void *pages = mmap(NULL, 64 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != NULL && pages != MAP_FAILED);
    CHECK(munmap(pages, 64 * KIB) == 0);
    free(block);
}

static void *churn(void *unused)
{
    do
        allocate_and_map();
    while (!over);
    return unused;
}

static void fork_once(void)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        allocate_and_map();
        CHECK(used() < MIB);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void fork_beside_threads(int forks)
{
    pthread_t threads[THREADS];
    over = false;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, churn, NULL) == 0);
    while (forks-- > 0)
        fork_once();
    over = true;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
    fork_beside_threads(0); /* what the C library keeps for a thread, it keeps for the next */
    uint64_t before = used();
    fork_beside_threads(argc > 1 ? atoi(argv[1]) : 2000);
    CHECK(used() == before);
    return 0;
}
