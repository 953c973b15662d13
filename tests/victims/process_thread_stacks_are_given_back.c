/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

/* With stacks counted: a thread's is charged while it runs, however it ends. */
enum { STACK = 1024 * 1024 };

static uint64_t before;

static void *by_return(void *unused)
{
    CHECK(used() == before + STACK);
    return unused;
}

static void *by_exit(void *unused)
{
    CHECK(used() == before + STACK);
    pthread_exit(unused);
}

static void *by_cancellation(void *unused)
{
    CHECK(used() == before + STACK);
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return unused;
}

static int run_thread(void *(*routine)(void *), size_t stack)
{
    pthread_t thread;
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0 &&
          pthread_attr_setstacksize(&attributes, stack) == 0);
    int error = pthread_create(&thread, &attributes, routine, NULL);
    if (error == 0)
        CHECK(pthread_join(thread, NULL) == 0);
    return error;
}

static void *warm_up(void *unused) { pthread_exit(unused); }

int main(void)
{
    CHECK(run_thread(warm_up, STACK) == 0); /* what the C library allocates once, it has then */
    before = used();
    for (int i = 0; i < 10; i++) {
        CHECK(run_thread(by_return, STACK) == 0);
        CHECK(run_thread(by_exit, STACK) == 0);
        CHECK(run_thread(by_cancellation, STACK) == 0);
        CHECK(used() == before);
    }
    CHECK(run_thread(warm_up, 64 * STACK) == EAGAIN && refusals() == 1 && used() == before);
    return 0;
}
