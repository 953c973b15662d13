/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_none(4 * PAGE);
    struct counts before = counts();
    CHECK(mprotect(memory + 1, PAGE, RW) == -1 && errno == EINVAL);
    if (sizeof(void *) == 8) /* a 64-bit kernel does not see a 32-bit address wrap around */
        CHECK(mprotect(memory, SIZE_MAX & ~(PAGE - 1), RW) == -1 && errno == ENOMEM);
    CHECK(mprotect(memory, PAGE, RW | 0x800) == -1 && errno == EINVAL);
    CHECK(mprotect(memory, 0, RW) == 0);
    CHECK(both_grew(before, 0));
    unmap(memory, PAGE);
    CHECK(mprotect(memory, 4 * PAGE, RW) == -1 && errno == ENOMEM);
    CHECK(both_grew(before, 0));
    return 0;
}
