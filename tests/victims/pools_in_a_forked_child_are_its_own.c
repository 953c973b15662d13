/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static struct memrestrict_pool *busy;
static volatile int done;

static void *use(void *unused)
{
    while (!done && memrestrict_pool_alloc(busy, 16) != NULL)
        if (memrestrict_pool_seal(busy))
            memrestrict_pool_unseal(busy);
    return unused;
}

/* While another thread works on a pool all the time. */
int main(void)
{
    int status;
    pthread_t thread;
    struct memrestrict_pool *pool = memrestrict_pool_create("config", 0);
    volatile char *block = memrestrict_pool_alloc(pool, 100);
    busy = memrestrict_pool_create("busy", 0);
    CHECK(memrestrict_pool_seal(pool) && pthread_create(&thread, NULL, use, NULL) == 0);
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) {
            CHECK(memrestrict_pool_seal(busy));
            CHECK(memrestrict_pool_unseal(pool) && memrestrict_pool_unseal(busy));
            CHECK(memrestrict_pool_alloc(busy, 16) != NULL);
            *block = 1;
            memrestrict_pool_destroy(pool);
            memrestrict_pool_destroy(busy);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(*block == 0);
    }
    done = 1;
    pthread_join(thread, NULL);
    return 0;
}
