/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    uint64_t before = used();
    char *memory = map_rw(64 * MIB), *reserved = map_none(64 * MIB);
    CHECK(mprotect(reserved, 64 * MIB, RW) == 0);
    CHECK(mremap(memory, 64 * MIB, 96 * MIB, MREMAP_MAYMOVE) != MAP_FAILED);
    CHECK(sbrk(8 * MIB) != (void *)-1);
    CHECK(used() == before && refusals() == 0);
    CHECK(malloc(2 * MIB) == NULL && errno == ENOMEM);
    return 0;
}
