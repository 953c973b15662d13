/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    memory[PAGE] = 'x';
    struct counts before = counts();
    char *moved =
        mremap(memory, 2 * PAGE, 9 * PAGE, MREMAP_MAYMOVE); /* its other half is in the way */
    CHECK(moved != MAP_FAILED && moved != memory && moved[PAGE] == 'x');
    CHECK(both_grew(before, 7 * (int64_t)PAGE));
    unmap(moved, 9 * PAGE);
    unmap(memory + 2 * PAGE, 2 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
