/* SPDX-License-Identifier: MIT */
#include "heap_budgets.h"

#include <pthread.h>

static void *nothing(void *argument) { return argument; }

/* Its thread-local vector comes from calloc; the C library may keep it with the stack. */
int main(void)
{
    pthread_t thread;
    void *all = fill(0);
    CHECK(pthread_create(&thread, NULL, nothing, NULL) == EAGAIN);
    CHECK(room() == 0 && refusals() > 0);
    free(all);
    CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    return 0;
}
