/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(8 * PAGE);
    struct counts before = counts();
    unmap(memory + 3 * PAGE, PAGE);
    CHECK(mprotect(memory, 8 * PAGE, RW) == -1 && errno == ENOMEM);
    CHECK(writable(memory) && !writable(memory + 4 * PAGE)); /* the kernel stops at the hole */
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
