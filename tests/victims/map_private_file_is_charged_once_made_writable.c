/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = scratch_file(4 * PAGE);
    struct counts before = counts();
    char *memory = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK(memory != MAP_FAILED && both_grew(before, 0));
    CHECK(mprotect(memory + PAGE, PAGE, RW) == 0);
    CHECK(both_grew(before, (int64_t)PAGE));
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
