/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <pthread.h>

static void *outlive(void *first)
{
    CHECK(pthread_join(*(pthread_t *)first, NULL) == 0);
    return NULL;
}

/* The main thread is gone before; the program ends, with status 0, when the other returns. */
int main(void)
{
    static pthread_t self, thread;
    self = pthread_self();
    CHECK(pthread_create(&thread, NULL, outlive, &self) == 0);
    pthread_exit(NULL);
}
