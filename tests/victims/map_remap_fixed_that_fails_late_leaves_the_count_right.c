/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(16 * PAGE), *to = memory + 8 * PAGE;
    map_at(memory, PAGE, RW, ANON | MAP_FIXED);
    map_at(to, 4 * PAGE, RW, ANON | MAP_FIXED);
    struct counts before = counts();
    /* Growth of what are two mappings: some kernels remove the target before they say no. */
    void *moved = mremap(memory, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    CHECK(moved == MAP_FAILED && errno == EFAULT);
    CHECK(agree(before));
    unmap(memory, 16 * PAGE);
    CHECK(both_grew(before, -5 * (int64_t)PAGE));
    return 0;
}
