/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

static void *never(void *ignored)
{
    CHECK(false);
    return ignored;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 2 * MIB) == 0);
    uint64_t before = used();
    errno = 77;
    for (uint64_t i = 1; i <= 5; i++) {
        CHECK(pthread_create(&thread, &attributes, never, NULL) == EAGAIN);
        CHECK(errno == 77 && refusals() == i && used() == before);
    }
    return 0;
}
