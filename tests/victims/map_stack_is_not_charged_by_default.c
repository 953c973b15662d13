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
    uint64_t before = used();
    CHECK(pthread_create(&thread, NULL, note, NULL) == 0); /* 8 MiB, as a rule */
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(inside - before < 16 * KIB && refusals() == 0);
    return 0;
}
