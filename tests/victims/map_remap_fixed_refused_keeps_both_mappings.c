/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *from = map_rw(4 * PAGE), *to = map_none(4 * MIB);
    map_at(to, PAGE, RW, ANON | MAP_FIXED);
    *from = *to = 'x';
    struct counts before = counts();
    void *moved = mremap(from, 4 * PAGE, 4 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    CHECK(moved == MAP_FAILED && errno == ENOMEM);
    CHECK(*from == 'x' && *to == 'x' && both_grew(before, 0));
    unmap(to, 4 * MIB);
    CHECK(both_grew(before, -(int64_t)PAGE));
    return 0;
}
