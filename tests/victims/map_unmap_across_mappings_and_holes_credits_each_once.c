/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(16 * PAGE);
    struct counts before = counts();
    map_at(memory, 2 * PAGE, RW, ANON | MAP_FIXED);
    map_at(memory + 3 * PAGE, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED);
    map_at(memory + 6 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED);
    unmap(memory + 7 * PAGE, PAGE);
    unmap(memory + 5 * PAGE, PAGE);
    CHECK(used() - before.used == 7 * PAGE);
    unmap(memory + PAGE, 8 * PAGE);
    CHECK(used() - before.used == 2 * PAGE);
    unmap(memory, 16 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
