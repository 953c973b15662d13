/* SPDX-License-Identifier: MIT */
#include "settings_say.h"

#include <pthread.h>
#include <sys/mman.h>

static uint64_t stack;

static void *look(void *before)
{
    stack = used() - *(uint64_t *)before;
    return NULL;
}

static uint64_t charge_of_heap(void)
{
    uint64_t before = used();
    void *block = malloc(1000);
    uint64_t charge = used() - before;
    free(block);
    CHECK(used() == before);
    return charge;
}

static uint64_t charge_of_region(void)
{
    uint64_t before = used();
    void *region = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t charge = used() - before;
    CHECK(region != MAP_FAILED && munmap(region, MIB) == 0);
    CHECK(used() == before);
    return charge;
}

/* The second thread that uses the same stack allocates nothing. */
static uint64_t charge_of_stack(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, MIB) == 0);
    for (int i = 0; i < 2; i++) {
        uint64_t before = used();
        CHECK(pthread_create(&thread, &attributes, look, &before) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(i == 0 || used() == before);
    }
    return stack;
}

int main(void)
{
    uint64_t heap = charge_of_heap(), region = charge_of_region();
    say("heap %" PRIu64 ", region %" PRIu64 ", stack %" PRIu64 "\n", heap, region,
        charge_of_stack());
    return 0;
}
