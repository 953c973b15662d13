/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0);
    uint64_t before = used();
    CHECK(sbrk(2 * MIB) == (void *)-1 && errno == ENOMEM);
    CHECK(sbrk(INTPTR_MAX) == (void *)-1 && errno == ENOMEM);
    CHECK(sbrk(0) == start && used() == before);
    return 0;
}
