/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0), *low;
    CHECK(sbrk(8192) == start);
    for (low = start - 64 * PAGE; mmap(low, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) != low;)
        low -= 16 * PAGE;
    uint64_t before = used();
    brk(NULL); /* the C library may call it a success, but the break stays */
    CHECK(sbrk(0) == start + 8192 && used() == before);
    brk(low);
    CHECK(sbrk(0) == start + 8192 && used() == before);
    sbrk(-(intptr_t)(start - low));
    CHECK(used() == before - (size_t)(start + 8192 - (char *)sbrk(0)));
    return 0;
}
