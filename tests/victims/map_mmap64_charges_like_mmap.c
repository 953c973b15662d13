/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    void *memory = mmap64(NULL, 3 * PAGE, RW, ANON, -1, 0);
    CHECK(memory != MAP_FAILED);
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    unmap(memory, 3 * PAGE);
    CHECK(mmap64(NULL, 2 * MIB, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(both_grew(before, 0));
    return 0;
}
