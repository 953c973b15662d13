/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    map_at(memory + 2 * PAGE, 3 * PAGE, PROT_NONE, ANON | MAP_FIXED);
    CHECK(both_grew(before, -3 * (int64_t)PAGE));
    map_at(memory + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED);
    CHECK(both_grew(before, -2 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
