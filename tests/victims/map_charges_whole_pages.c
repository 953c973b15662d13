/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    char *memory = map_rw(PAGE + 1);
    CHECK(both_grew(before, 2 * (int64_t)PAGE));
    unmap(memory, PAGE + 1);
    CHECK(both_grew(before, 0));
    return 0;
}
