/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>

static bool survived;

/* A cancellation is pending while the library writes that it refuses. */
static void *be_refused(void *unused)
{
    CHECK(pthread_cancel(pthread_self()) == 0);
    CHECK(malloc(1024 * MIB) == NULL);
    CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK(posix_memalign(&unused, 64, 1024 * MIB) == ENOMEM);
    survived = true;
    pthread_testcancel();
    return NULL;
}

int main(void)
{
    pthread_t thread;
    void *result;
    CHECK(pthread_create(&thread, NULL, be_refused, NULL) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(survived && result == PTHREAD_CANCELED && refusals() == 3);
    return 0;
}
