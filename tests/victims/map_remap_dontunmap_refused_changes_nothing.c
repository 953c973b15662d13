/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(600 * KIB);
    *memory = 'x';
    struct counts before = counts();
    void *moved = mremap(memory, 600 * KIB, 600 * KIB, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    CHECK(moved == MAP_FAILED && errno == ENOMEM && refusals() == 1);
    CHECK(*memory == 'x' && both_grew(before, 0));
    unmap(memory, 600 * KIB);
    CHECK(both_grew(before, -(int64_t)(600 * KIB)));
    return 0;
}
