/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    unmap(memory, 4 * PAGE);
    unmap(memory, 4 * PAGE); /* nothing there: the kernel says that it is done */
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
