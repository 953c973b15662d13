/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    unmap(map_rw(64 * KIB), 64 * KIB);
    uint64_t peak = usage().peak;
    CHECK(mmap(NULL, 2 * MIB, RW, ANON, -1, 0) == MAP_FAILED);
    CHECK(usage().peak == peak);
    unmap(map_rw(512 * KIB), 512 * KIB);
    CHECK(usage().peak == used() + 512 * KIB);
    return 0;
}
