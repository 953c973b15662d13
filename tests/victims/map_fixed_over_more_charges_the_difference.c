/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(8 * PAGE);
    map_at(memory + PAGE, PAGE, RW, ANON | MAP_FIXED);
    map_at(memory + 4 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    map_at(memory, 8 * PAGE, RW, ANON | MAP_FIXED);
    CHECK(both_grew(before, 5 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -3 * (int64_t)PAGE));
    return 0;
}
