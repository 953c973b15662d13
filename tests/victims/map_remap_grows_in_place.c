/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    unmap(memory + 2 * PAGE, 6 * PAGE);
    struct counts before = {used(), vm_data()};
    CHECK(mremap(memory, 2 * PAGE, 5 * PAGE, 0) == memory);
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    unmap(memory, 5 * PAGE);
    CHECK(both_grew(before, -2 * (int64_t)PAGE));
    return 0;
}
