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
    size_t size;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_getstacksize(&attributes, &size) == 0);
    for (int i = 0; i < 2; i++) {
        uint64_t before = used();
        CHECK(pthread_create(&thread, NULL, note, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(i == 0 || inside == before + size);
    }
    return 0;
}
