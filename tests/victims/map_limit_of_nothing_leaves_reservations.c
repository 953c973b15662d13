/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    CHECK(mmap(NULL, 1, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(sbrk(1) == (void *)-1 && errno == ENOMEM);
    char *memory = map_none(MIB);
    CHECK(mprotect(memory, PAGE, RW) == -1 && errno == ENOMEM);
    CHECK(mmap(NULL, MIB, RW, MAP_SHARED, scratch_file(MIB), 0) != MAP_FAILED);
    unmap(memory, MIB);
    CHECK(used() == 0 && usage().peak == 0);
    return 0;
}
