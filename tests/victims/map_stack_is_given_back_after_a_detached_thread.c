/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

static void *end(void *ignored) { return ignored; }

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 512 * KIB) == 0);
    CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
    for (int i = 0; i < 20; i++) {
        CHECK(pthread_create(&thread, &attributes, end, NULL) == 0);
        for (int wait = 0; used() >= 512 * KIB && wait < 300000; wait++)
            usleep(1000);
        CHECK(used() < 512 * KIB);
    }
    return 0;
}
