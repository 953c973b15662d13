/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(8 * PAGE);
    map_at(memory, 3 * PAGE, RW, ANON | MAP_FIXED);
    map_at(memory + 5 * PAGE, 3 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    map_at(memory + 2 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED);
    CHECK(both_grew(before, 2 * (int64_t)PAGE));
    unmap(memory + 5 * PAGE, 2 * PAGE);
    CHECK(both_grew(before, 0));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -6 * (int64_t)PAGE));
    return 0;
}
