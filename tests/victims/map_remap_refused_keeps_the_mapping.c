/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    *memory = 'x';
    struct counts before = counts();
    uint64_t refused = refusals();
    CHECK(mremap(memory, 4 * PAGE, 2 * MIB, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    CHECK(refusals() == refused + 1);
    CHECK(*memory == 'x' && both_grew(before, 0));
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
