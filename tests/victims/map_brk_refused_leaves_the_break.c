/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0);
    uint64_t before = used();
    CHECK(brk(start + 2 * MIB) == -1 && errno == ENOMEM);
    CHECK(sbrk(0) == start && used() == before && refusals() == 1);
    return 0;
}
