/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Prints how many of the smallest blocks start at no multiple of 16, as an allocator may have it.
 */
enum { BLOCKS = 1000 };

int main(void)
{
    char *blocks[BLOCKS];
    int odd = 0;
    uint64_t before = used();
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(8);
        CHECK(blocks[i] != NULL);
        odd += (size_t)blocks[i] % 16 != 0;
    }
    CHECK(used() == before + 8 * BLOCKS);
    for (int i = 0; i < BLOCKS; i += 2)
        CHECK((blocks[i] = realloc(blocks[i], 5)) != NULL);
    CHECK(used() == before + 8 * BLOCKS - 3 * BLOCKS / 2);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    CHECK(used() == before && usage().unknown == 0);
    printf("%d\n", odd);
    return 0;
}
