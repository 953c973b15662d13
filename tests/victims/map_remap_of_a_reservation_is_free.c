/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(4 * PAGE);
    struct counts before = counts();
    char *moved = mremap(memory, 4 * PAGE, 64 * MIB, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && both_grew(before, 0));
    CHECK(mprotect(moved + 32 * MIB, PAGE, RW) == 0);
    CHECK(both_grew(before, (int64_t)PAGE));
    unmap(moved, 64 * MIB);
    CHECK(both_grew(before, 0));
    return 0;
}
