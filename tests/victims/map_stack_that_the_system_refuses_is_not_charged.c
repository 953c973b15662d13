/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <pthread.h>

static void *never(void *ignored)
{
    CHECK(false);
    return ignored;
}

/* Below what the budget itself says no to. */
static const size_t too_much = sizeof(size_t) == 8 ? SIZE_MAX / 8 * 3 : SIZE_MAX / 4 * 3;

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, too_much) == 0);
    uint64_t before = used();
    for (int i = 0; i < 5; i++)
        CHECK(pthread_create(&thread, &attributes, never, NULL) != 0);
    CHECK(used() == before && refusals() == 0);
    return 0;
}
