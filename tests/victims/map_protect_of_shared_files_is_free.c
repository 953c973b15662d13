/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = scratch_file(4 * MIB);
    struct counts before = counts();
    char *memory = mmap(NULL, 4 * MIB, PROT_NONE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    CHECK(mprotect(memory, 4 * MIB, RW) == 0);
    CHECK(mprotect(memory, 4 * MIB, PROT_NONE) == 0);
    CHECK(both_grew(before, 0));
    return 0;
}
