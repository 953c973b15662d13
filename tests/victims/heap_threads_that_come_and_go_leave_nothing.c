/* SPDX-License-Identifier: MIT */
#include "heap_crew.h"

enum { ROUNDS = 300, AT_ONCE = 8 };

static void *left_behind[AT_ONCE];

static void *visit(void *number)
{
    free(malloc(10 * KIB));
    left_behind[(intptr_t)number] = malloc(1000);
    CHECK(left_behind[(intptr_t)number] != NULL);
    return NULL;
}

static void come_and_go(void)
{
    pthread_t threads[AT_ONCE];
    for (intptr_t i = 0; i < AT_ONCE; i++)
        CHECK(pthread_create(&threads[i], NULL, visit, (void *)i) == 0);
    for (int i = 0; i < AT_ONCE; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < AT_ONCE; i++)
        free(left_behind[i]);
}

/* The C library keeps stacks for the next threads, so the first rounds may leave something. */
int main(void)
{
    for (int i = 0; i < 3; i++)
        come_and_go();
    uint64_t before = used();
    for (int i = 0; i < ROUNDS; i++) {
        come_and_go();
        CHECK(used() == before);
    }
    void *rest = malloc(room());
    CHECK(rest != NULL && malloc(1) == NULL);
    free(rest);
    return 0;
}
