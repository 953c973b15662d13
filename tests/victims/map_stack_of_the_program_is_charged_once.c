/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

static uint64_t inside;

static void *note(void *ignored)
{
    inside = used();
    return ignored;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    char *stack = map_rw(256 * KIB);
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstack(&attributes, stack, 256 * KIB) == 0);
    uint64_t before = used();
    CHECK(pthread_create(&thread, &attributes, note, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(inside - before < 16 * KIB); /* the C library's records of a thread */
    return 0;
}
