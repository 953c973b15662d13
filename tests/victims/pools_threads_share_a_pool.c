/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

enum { THREADS = 8, EACH = 500 };
static struct memrestrict_pool *pool;
static unsigned *blocks[THREADS][EACH];

static void *fill(void *number)
{
    unsigned own = (unsigned)(uintptr_t)number;
    for (unsigned i = 0; i < EACH; i++) {
        CHECK((blocks[own][i] = memrestrict_pool_alloc(pool, 300)) != NULL);
        for (unsigned at = 0; at < 75; at++)
            CHECK(blocks[own][i][at] == 0);
        for (unsigned at = 0; at < 75; at++)
            blocks[own][i][at] = own * EACH + i;
    }
    return NULL;
}

static void *look(void *number)
{
    unsigned own = (unsigned)(uintptr_t)number;
    for (unsigned i = 0; i < EACH; i++)
        for (unsigned at = 0; at < 75; at++)
            CHECK(blocks[own][i][at] == own * EACH + i);
    CHECK(memrestrict_pool_owns(pool, blocks[own][own]) && memrestrict_pool_seal(pool));
    return NULL;
}

static void all(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    pool = memrestrict_pool_create("shared", 0);
    all(fill);
    CHECK(memrestrict_pool_seal(pool));
    all(look);
    memrestrict_pool_destroy(pool);
    return 0;
}
