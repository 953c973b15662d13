/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

static void *end(void *ignored)
{
    pthread_exit(NULL);
    return ignored;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 512 * KIB) == 0);
    uint64_t before = 0;
    for (int i = 0; i < 20; i++) { /* two stacks never fit */
        CHECK(pthread_create(&thread, &attributes, end, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(i == 0 || used() == before);
        before = used();
    }
    return 0;
}
