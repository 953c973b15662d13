/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <fcntl.h>
#include <pthread.h>

enum { THREADS = 2000 };

static void *arm_and_end(void *unused)
{
    CHECK(memrestrict_fault_arm("call=calloc"));
    CHECK(calloc(1, 1) == NULL);
    return unused;
}

static void come_and_go(int count)
{
    pthread_t thread;
    for (int i = 0; i < count; i++) {
        CHECK(pthread_create(&thread, NULL, arm_and_end, NULL) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    }
}

/* Pages of its address space. */
static long mapped(void)
{
    char text[100] = "";
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0 && read(file, text, sizeof text - 1) > 0 && close(file) == 0);
    return strtol(text, NULL, 10);
}

int main(void)
{
    come_and_go(10);
    long before = mapped();
    come_and_go(THREADS);
    CHECK(mapped() - before < THREADS / 2);
    return 0;
}
