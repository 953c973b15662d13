/* SPDX-License-Identifier: MIT
 *
 * bursts BURSTS BLOCKS: allocates BLOCKS blocks of 16 to 512 bytes, then frees them all, BURSTS
 * times.
 */
#include "bench.h"

int main(int argc, char **argv)
{
    (void)argc;
    uint64_t state = 1;
    size_t bursts = argument(argv, 1), blocks = argument(argv, 2);
    char **held = calloc(blocks, sizeof *held);
    if (held == NULL)
        fail("calloc");
    for (; bursts > 0; bursts--) {
        for (size_t i = 0; i < blocks; i++)
            held[i] = random_block(&state);
        for (size_t i = 0; i < blocks; i++)
            free(held[i]);
    }
    free(held);
    return 0;
}
