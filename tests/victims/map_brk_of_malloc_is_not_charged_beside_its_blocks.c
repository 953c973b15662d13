/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *blocks[8], *start = sbrk(0);
    uint64_t before = used();
    for (int i = 0; i < 8; i++)
        CHECK((blocks[i] = malloc(100 * KIB)) != NULL);
    CHECK(used() == before + 800 * KIB);
    CHECK((char *)sbrk(0) > start); /* the C library's heap did grow */
    for (int i = 0; i < 8; i++)
        free(blocks[i]);
    CHECK(used() == before);
    return 0;
}
