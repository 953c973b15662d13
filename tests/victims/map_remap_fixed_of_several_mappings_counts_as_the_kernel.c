/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(16 * PAGE), *to = memory + 8 * PAGE;
    map_at(memory + PAGE, PAGE, RW, ANON | MAP_FIXED);
    map_at(memory + 3 * PAGE, PAGE, RW, ANON | MAP_FIXED);
    map_at(to, 3 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    mremap(memory, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to); /* EFAULT before 6.17 */
    CHECK(agree(before));
    unmap(memory, 16 * PAGE);
    CHECK(both_grew(before, -5 * (int64_t)PAGE));
    return 0;
}
