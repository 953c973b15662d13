/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = scratch_file(4 * MIB);
    struct counts before = counts();
    char *memory = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    memory = mremap(memory, PAGE, 4 * MIB, MREMAP_MAYMOVE);
    CHECK(memory != MAP_FAILED);
    CHECK(mremap(memory, 0, 4 * MIB, MREMAP_MAYMOVE) != MAP_FAILED);
    CHECK(both_grew(before, 0));
    return 0;
}
