/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>

static void *churn(void *unused)
{
    for (size_t size = 1;; size = size * 5 % 300007) {
        free(malloc(size));
        void *pages = mmap(NULL, size, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(pages != MAP_FAILED && munmap(pages, size) == 0);
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&thread, NULL, churn, NULL) == 0);
    usleep(1000);
    return 0;
}
