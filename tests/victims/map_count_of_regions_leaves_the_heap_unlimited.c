/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    uint64_t before = used();
    char *block = malloc(8 * MIB);
    CHECK(block != NULL);
    block = realloc(block, 16 * MIB);
    CHECK(block != NULL && calloc(4, MIB) != NULL);
    CHECK(used() == before && refusals() == 0);
    free(block);
    CHECK(used() == before);
    CHECK(mmap(NULL, 2 * MIB, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    return 0;
}
