/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/prctl.h>

static char *block;

__attribute__((noinline)) static void write_into_it(void) { ((volatile char *)block)[5] = 1; }

static void *work(void *unused)
{
    prctl(PR_SET_NAME, "worker");
    write_into_it();
    return unused;
}

int main(void)
{
    pthread_t thread;
    struct memrestrict_pool *pool = memrestrict_pool_create("con\033fig", 0);
    memrestrict_pool_alloc(pool, 20);
    block = memrestrict_pool_alloc(pool, 20);
    memrestrict_pool_seal(pool);
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    return 0;
}
