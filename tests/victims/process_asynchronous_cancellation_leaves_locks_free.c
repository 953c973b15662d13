/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

/* The thread only makes requests that are refused: with others the C library's malloc, which may
 * not be cancelled like that, would be at work. */
static atomic_bool running;

static void *be_refused(void *unused)
{
    int old;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
    for (;;) {
        running = true;
        CHECK(malloc(1024 * MIB) == NULL);
        CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
        used();
    }
    return unused;
}

static void cancel_one(int spins)
{
    pthread_t thread;
    void *result;
    running = false;
    CHECK(pthread_create(&thread, NULL, be_refused, NULL) == 0);
    while (!running || spins-- > 0)
        sched_yield();
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
}

int main(void)
{
    usage(); /* dlsym takes the loader's lock: not in a thread that is cancelled */
    cancel_one(0);
    uint64_t before = used();
    for (int i = 0; i < 500; i++) {
        cancel_one(i % 10);
        CHECK(malloc(1024 * MIB) == NULL && used() == before);
    }
    return 0;
}
