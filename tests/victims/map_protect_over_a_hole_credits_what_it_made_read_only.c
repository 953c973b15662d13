/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    unmap(memory + 3 * PAGE, PAGE);
    CHECK(mprotect(memory, 8 * PAGE, PROT_READ) == -1 && errno == ENOMEM);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    unmap(memory, 8 * PAGE);
    CHECK(both_grew(before, -8 * (int64_t)PAGE));
    return 0;
}
