/* SPDX-License-Identifier: MIT
 *
 * heap_perturbed_blocks_are_filled [mallopt]: where glibc is to fill blocks with a byte, nothing of
 * what was in a block that was freed just now is in the next one. Its own bytes glibc fills or not,
 * and none of those that each thread keeps, which are smaller.
 */
#include "heap_functions.h"

enum { SIZE = 2000, BYTE = 0xa5, OWN = 32, ROUNDS = 10 };

int main(int argc, char **argv)
{
    (void)argv;
    free(malloc(SIZE));
    CHECK(argc == 1 || mallopt(M_PERTURB, BYTE) == 1);
    for (int i = 0; i < ROUNDS; i++) {
        unsigned char *block = malloc(SIZE);
        for (int at = OWN; at < SIZE - OWN; at++)
            CHECK(block[at] == BYTE || block[at] == (0xff ^ BYTE));
        memset(block, 1, SIZE);
        free(block);
    }
    return 0;
}
