/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = scratch_file(4 * PAGE);
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    CHECK(mmap(memory, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == memory);
    CHECK(mmap(memory + 2 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) == memory + 2 * PAGE);
    CHECK(both_grew(before, -3 * (int64_t)PAGE));
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
