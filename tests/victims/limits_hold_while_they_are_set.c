/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, ROUNDS = 300, BLOCK = 10000 };
static _Atomic int done;

static void *work(void *unused)
{
    while (!atomic_load(&done)) {
        void *blocks[40];
        for (int i = 0; i < 40; i++)
            blocks[i] = malloc(BLOCK);
        for (int i = 0; i < 40; i++)
            free(blocks[i]);
    }
    return unused;
}

/* With an empty budget nobody gets anything from the return on; the peak of that is nothing new. */
int main(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(memrestrict_limit_set(0) && malloc(1) == NULL);
        uint64_t before = used();
        CHECK(memrestrict_peak_reset() && usage().peak <= before && used() <= before);
        CHECK(memrestrict_limit_set(MIB));
        CHECK(usage().used <= MIB);
    }
    atomic_store(&done, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(memrestrict_peak_reset() && usage().peak == used());
    void *block = malloc(300 * KIB);
    CHECK(usage().peak >= 300 * KIB);
    free(block);
    CHECK(usage().peak >= 300 * KIB && memrestrict_peak_reset() && usage().peak < 200 * KIB);
    return 0;
}
