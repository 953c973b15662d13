/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(64 * MIB);
    struct counts before = counts();
    for (int i = 0; i < 8; i++)
        map_at(memory + (size_t)i * 4 * MIB, 4 * PAGE, RW, ANON | MAP_FIXED);
    CHECK(both_grew(before, 32 * (int64_t)PAGE));
    for (int i = 0; i < 8; i++)
        map_at(memory + (size_t)i * 4 * MIB, 4 * PAGE, PROT_NONE, ANON | MAP_FIXED | MAP_NORESERVE);
    CHECK(both_grew(before, 0));
    return 0;
}
