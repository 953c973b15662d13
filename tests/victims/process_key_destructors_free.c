/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

static pthread_key_t key;

/* Runs after the thread's own code; the second call frees what the first one allocated. */
static void destroy(void *block)
{
    static _Thread_local int calls;
    free(block);
    if (calls++ == 0)
        CHECK(pthread_setspecific(key, malloc(2000)) == 0);
}

static void *work(void *unused)
{
    CHECK(pthread_setspecific(key, malloc(1000)) == 0);
    return unused;
}

static void run_thread(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(void)
{
    CHECK(pthread_key_create(&key, destroy) == 0);
    run_thread(); /* what the C library keeps for a thread, it keeps for the next */
    uint64_t before = used();
    for (int i = 0; i < 100; i++)
        run_thread();
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
