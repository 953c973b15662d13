/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(2 * PAGE);
    struct counts before = counts();
    CHECK(mremap(memory, 0, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
    CHECK(both_grew(before, 0));
    unmap(memory, 2 * PAGE);
    CHECK(both_grew(before, -2 * (int64_t)PAGE));
    return 0;
}
