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
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 512 * KIB) == 0);
    for (int i = 0; i < 20; i++) { /* the first leaves some records of the C library's behind */
        uint64_t before = used();
        CHECK(pthread_create(&thread, &attributes, note, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(inside - before >= 512 * KIB && inside - before < 520 * KIB);
        CHECK(i == 0 || (inside == before + 512 * KIB && used() == before));
    }
    return 0;
}
