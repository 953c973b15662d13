/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(8 * PAGE);
    struct counts before = counts();
    CHECK(mprotect(memory + 2 * PAGE, 3 * PAGE, RW) == 0);
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    CHECK(mprotect(memory, 8 * PAGE, PROT_WRITE) == 0);
    CHECK(both_grew(before, 8 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
