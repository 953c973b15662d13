/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

/* Some threads begin new address ranges all the time, so that what the library knows of empty ones
 * is taken down, while others hold, resize and free blocks in ranges that come and go. */
enum {
    THREADS = 4,
    ROUNDS = 3000,
    SIZE = 150000,
    STEP = sizeof(void *) == 4 ? 128 << 10 : 16 << 20 /* as far as the addresses go */
};

static void *drift(void *unused)
{
    char *held[4] = {NULL};
    for (int i = 0; i < ROUNDS; i++) {
        char **block = &held[i % 4];
        if (*block != NULL && i % 3 == 0) {
            char *moved = realloc(*block, SIZE + (size_t)(i % 7) * 100000);
            CHECK(moved != NULL);
            *block = moved;
        } else {
            free(*block);
            *block = malloc(SIZE);
            CHECK(*block != NULL);
        }
        (*block)[0] = 1;
        /* the next one is elsewhere */
        CHECK(mmap(NULL, STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) !=
              MAP_FAILED);
    }
    for (int i = 0; i < 4; i++)
        free(held[i]);
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    CHECK(mallopt(M_MMAP_THRESHOLD, 65536) == 1);
    CHECK(pthread_create(&threads[0], NULL, drift, NULL) == 0); /* libc's own blocks for threads */
    CHECK(pthread_join(threads[0], NULL) == 0);
    struct memrestrict_usage before = usage();
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, drift, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    struct memrestrict_usage after = usage();
    CHECK(after.unknown == before.unknown && after.refusals == 0);
    CHECK(after.used <= before.used + 4096); /* what the C library keeps for more threads */
    return 0;
}
