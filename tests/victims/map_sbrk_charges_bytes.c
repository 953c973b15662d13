/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0);
    uint64_t before = used();
    CHECK(sbrk(1000) == start && used() == before + 1000);
    memset(start, 'x', 1000);
    CHECK(sbrk(50000) == start + 1000 && used() == before + 51000);
    CHECK(sbrk(-300) == start + 51000 && used() == before + 50700);
    CHECK(sbrk(-50700) == start + 50700 && used() == before);
    CHECK(sbrk(0) == start);
    return 0;
}
