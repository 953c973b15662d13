/* SPDX-License-Identifier: MIT */
#include "victim.h"

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

/* 77: call stacks cannot be taken here. */
int main(void)
{
    if (!memrestrict_fault_arm("caller=of_this"))
        return 77;
    CHECK(of_that() != NULL && of_this() == NULL && of_that() != NULL && of_this() == NULL);
    CHECK(memrestrict_fault_arm("caller=of_that"));
    CHECK(of_that() == NULL && of_this() != NULL);
    memrestrict_fault_disarm();
    CHECK(of_that() != NULL && of_this() != NULL);
    return 0;
}
