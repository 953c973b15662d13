/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    for (int i = 0; i < 4; i++) {
        char *moved = mremap(memory, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
        if (moved == MAP_FAILED && errno == EINVAL)
            return 77; /* a kernel before 5.7 */
        CHECK(moved != MAP_FAILED && both_grew(before, 4 * (int64_t)PAGE));
        unmap(moved, 4 * PAGE);
        CHECK(both_grew(before, 0));
    }
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
