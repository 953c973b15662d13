/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(4 * MIB);
    struct counts before = counts();
    uint64_t refused = refusals();
    CHECK(mprotect(memory, 4 * MIB, RW) == -1 && errno == ENOMEM);
    CHECK(refusals() == refused + 1);
    CHECK(!writable(memory) && both_grew(before, 0));
    CHECK(mprotect(memory, 4 * PAGE, RW) == 0);
    CHECK(both_grew(before, 4 * (int64_t)PAGE));
    return 0;
}
