/* SPDX-License-Identifier: MIT
 *
 * Threads end inside, by return, exit and cancellation.
 */
#include "scope.h"

#include <pthread.h>

static struct memrestrict_scope *scope;

static void *end_inside(void *way)
{
    CHECK(memrestrict_scope_enter(scope) && memrestrict_scope_push(1000));
    void *block = malloc(10);
    if (way == (void *)1)
        pthread_exit(block);
    if (way == (void *)2)
        for (free(block);;)
            sleep(1);
    return block;
}

static void be_with(pthread_t thread, bool cancelled)
{
    void *block;
    if (cancelled)
        pthread_cancel(thread);
    pthread_join(thread, &block);
    if (!cancelled) {
        CHECK(scope_used(scope) == 10);
        free(block);
    }
    CHECK(scope_used(scope) == 0);
}

static void *exit_outside(void *unused) { pthread_exit(unused); }

int main(void)
{
    pthread_t first; /* for which the C library loads what pthread_exit needs */
    CHECK(pthread_create(&first, NULL, exit_outside, NULL) == 0);
    pthread_join(first, NULL);
    scope = memrestrict_scope_create("one", 100 * KIB);
    for (uintptr_t i = 0; i < 30; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, end_inside, (void *)(i % 3)) == 0);
        be_with(thread, i % 3 == 2);
    }
    return 0;
}
