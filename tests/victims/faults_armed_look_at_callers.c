/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <pthread.h>

static __attribute__((noinline)) void *of_this(void)
{
    void *volatile block = malloc(10);
    return block;
}

static __attribute__((noinline)) void *of_that(void)
{
    void *volatile block = malloc(10);
    return block;
}

static void *arm_first(void *unused)
{
    if (!memrestrict_fault_arm("caller=of_this"))
        exit(77);
    CHECK(of_that() != NULL && of_this() == NULL);
    return unused;
}

/* 77: call stacks cannot be taken here. */
int main(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, arm_first, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(of_this() != NULL && memrestrict_fault_arm("caller=of_this"));
    CHECK(of_that() != NULL && of_this() == NULL && of_that() != NULL && of_this() == NULL);
    CHECK(memrestrict_fault_arm("caller=of_that"));
    CHECK(of_that() == NULL && of_this() != NULL);
    memrestrict_fault_disarm();
    CHECK(of_that() != NULL && of_this() != NULL);
    return 0;
}
