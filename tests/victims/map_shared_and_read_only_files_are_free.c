/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = scratch_file(4 * MIB);
    struct counts before = counts();
    CHECK(mmap(NULL, 4 * MIB, RW, MAP_SHARED, fd, 0) != MAP_FAILED);
    CHECK(mmap(NULL, 4 * MIB, RW, MAP_SHARED_VALIDATE, fd, 0) != MAP_FAILED);
    CHECK(mmap(NULL, 4 * MIB, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
    CHECK(mmap(NULL, 4 * MIB, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
    CHECK(both_grew(before, 0));
    return 0;
}
