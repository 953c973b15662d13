/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    CHECK(mprotect(memory + PAGE, 2 * PAGE, PROT_NONE) == 0);
    CHECK(mprotect(memory + 4 * PAGE, PAGE, PROT_READ) == 0);
    CHECK(both_grew(before, -3 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
