/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *from = map_rw(4 * PAGE), *to = map_rw(8 * PAGE);
    *from = 'x';
    struct counts before = counts();
    CHECK(mremap(from, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) == to + PAGE);
    CHECK(to[PAGE] == 'x' && both_grew(before, -4 * (int64_t)PAGE));
    unmap(from, 4 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    unmap(to, 8 * PAGE);
    CHECK(both_grew(before, -12 * (int64_t)PAGE));
    return 0;
}
