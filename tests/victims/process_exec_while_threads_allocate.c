/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

static void *churn(void *unused)
{
    for (;;)
        free(malloc(10000));
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    char left[12];
    int rounds = argc > 1 ? atoi(argv[1]) : 50;
    CHECK(used() < MIB);
    if (rounds == 0)
        return 0;
    CHECK(malloc(MIB) != NULL);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&thread, NULL, churn, NULL) == 0);
    snprintf(left, sizeof left, "%d", rounds - 1);
    execl("/proc/self/exe", argv[0], left, (char *)NULL);
    CHECK(!"exec failed");
}
