/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *from = map_rw(6 * PAGE), *to = map_none(8 * PAGE);
    struct counts before = counts();
    CHECK(mremap(from, 6 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) == to + PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    unmap(from, 6 * PAGE);
    unmap(to, 8 * PAGE);
    CHECK(both_grew(before, -6 * (int64_t)PAGE));
    return 0;
}
