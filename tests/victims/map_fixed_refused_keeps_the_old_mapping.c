/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(2 * MIB);
    map_at(memory, 512 * KIB, RW, ANON | MAP_FIXED);
    memset(memory, 'x', 512 * KIB);
    struct counts before = counts();
    CHECK(mmap(memory, 2 * MIB, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(both_grew(before, 0));
    CHECK(memory[0] == 'x' && memory[512 * KIB - 1] == 'x');
    CHECK(!writable(memory + 512 * KIB));
    unmap(memory, 2 * MIB);
    CHECK(both_grew(before, -(int64_t)(512 * KIB)));
    return 0;
}
