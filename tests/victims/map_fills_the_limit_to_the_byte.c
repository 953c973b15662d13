/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    uint64_t left = usage().limit - used();
    size_t odd = left % PAGE, pages = left / PAGE;
    map_rw(pages * PAGE);
    CHECK(mmap(NULL, PAGE, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(sbrk((intptr_t)odd) != (void *)-1);
    CHECK(used() == usage().limit);
    CHECK(sbrk(1) == (void *)-1 && errno == ENOMEM);
    CHECK(used() == usage().limit);
    return 0;
}
