/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    CHECK(mremap(memory, 8 * PAGE, 3 * PAGE - 5, 0) == memory);
    CHECK(both_grew(before, -5 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
