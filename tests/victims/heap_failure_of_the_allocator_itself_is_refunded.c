/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

#include <sys/resource.h>

/* The budget would allow it and the kernel does not: no refusal of ours, and nothing is charged. */
int main(void)
{
    char *old = malloc(1000);
    CHECK(old != NULL);
    old[999] = 'o';
    uint64_t before = used();
    struct rlimit address_space = {256 * MIB, 256 * MIB};
    CHECK(setrlimit(RLIMIT_AS, &address_space) == 0);
    EACH(maker, maker, makers)
    {
        errno = 0;
        CHECK_OF(maker, maker->make(500 * MIB) == NULL && errno == ENOMEM);
        CHECK_OF(maker, used() == before);
    }
    EACH(resizer, resizer, resizers)
    {
        errno = 0;
        CHECK_OF(resizer, resizer->resize(old, 500 * MIB) == NULL && errno == ENOMEM);
        CHECK_OF(resizer, used() == before && old[999] == 'o');
    }
    CHECK(refusals() == 0);
    free(old);
    CHECK(used() == before - 1000);
    return 0;
}
