/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *start = sbrk(0);
    char *wall = (char *)(((uintptr_t)start + 64 * KIB) & ~(uintptr_t)(PAGE - 1));
    map_at(wall, PAGE, PROT_NONE, ANON | MAP_FIXED_NOREPLACE);
    uint64_t before = used();
    CHECK(sbrk(128 * KIB) == (void *)-1 && errno == ENOMEM);
    CHECK(brk(wall + PAGE) == -1 && errno == ENOMEM);
    CHECK(used() == before && refusals() == 0);
    return 0;
}
