/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int may = MREMAP_MAYMOVE | MREMAP_FIXED, fd = scratch_file(4 * PAGE);
    char *file = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0), *to = map_none(8 * PAGE);
    CHECK(file != MAP_FAILED);
    map_at(to + 6 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    CHECK(mremap(file, 4 * PAGE, 4 * PAGE, may, to + 3 * PAGE) == to + 3 * PAGE);
    CHECK(both_grew(before, -(int64_t)PAGE));
    unmap(to, 8 * PAGE);
    CHECK(both_grew(before, -2 * (int64_t)PAGE));
    return 0;
}
