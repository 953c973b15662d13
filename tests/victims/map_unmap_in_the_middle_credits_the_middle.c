/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    unmap(memory + 3 * PAGE, 2 * PAGE);
    CHECK(both_grew(before, -2 * (int64_t)PAGE));
    memory[0] = memory[5 * PAGE] = 'x';
    unmap(memory, 3 * PAGE);
    CHECK(both_grew(before, -5 * (int64_t)PAGE));
    unmap(memory + 5 * PAGE, 3 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
