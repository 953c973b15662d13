/* SPDX-License-Identifier: MIT
 *
 * replaced BLOCKS SIZE: allocates BLOCKS blocks of SIZE bytes, writes to each, and replaces a fifth
 * as many, each at random: what is freed was made long ago, and lies anywhere.
 */
#include "bench.h"

int main(int argc, char **argv)
{
    (void)argc;
    uint64_t state = 1;
    size_t blocks = argument(argv, 1), size = argument(argv, 2);
    char **live = calloc(blocks, sizeof *live);
    if (live == NULL)
        fail("calloc");
    for (size_t i = 0; i < blocks; i++) {
        live[i] = checked_malloc(size);
        *(volatile char *)live[i] = 1;
    }
    for (size_t left = blocks / 5; left > 0; left--) {
        char **slot = &live[random_below(&state, blocks)];
        free(*slot);
        *slot = checked_malloc(size);
        *(volatile char *)*slot = 1;
    }
    for (size_t i = 0; i < blocks; i++)
        free(live[i]);
    free(live);
    return 0;
}
