/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(4 * MIB);
    struct counts before = counts();
    CHECK(pkey_mprotect(memory, 4 * MIB, RW, -1) == -1 && errno == ENOMEM);
    CHECK(both_grew(before, 0) && refusals() == 1);
    CHECK(pkey_mprotect(memory, 4 * PAGE, RW, -1) == 0);
    CHECK(both_grew(before, 4 * (int64_t)PAGE));
    CHECK(pkey_mprotect(memory, PAGE, PROT_NONE, -1) == 0);
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    CHECK(pkey_mprotect(memory, 4 * PAGE, PROT_NONE, 12345) == -1 && errno == EINVAL);
    CHECK(both_grew(before, 3 * (int64_t)PAGE));
    return 0;
}
