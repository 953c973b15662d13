/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *from = map_rw(2 * PAGE), *to = map_none(8 * PAGE);
    map_at(to, 3 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    CHECK(mremap(from, 2 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    CHECK(both_grew(before, (int64_t)PAGE));
    unmap(to, 8 * PAGE);
    CHECK(both_grew(before, -5 * (int64_t)PAGE));
    return 0;
}
