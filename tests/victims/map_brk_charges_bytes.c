/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0);
    uint64_t before = used();
    CHECK(brk(start + 5000) == 0 && sbrk(0) == start + 5000);
    CHECK(used() == before + 5000);
    CHECK(brk(start + 5000) == 0 && used() == before + 5000);
    CHECK(brk(start + 10) == 0 && used() == before + 10);
    CHECK(brk(start) == 0 && used() == before);
    return 0;
}
