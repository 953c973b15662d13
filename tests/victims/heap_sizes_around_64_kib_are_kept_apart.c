/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* The ledger writes small sizes in one word and large ones in several: up and down across that. */
int main(void)
{
    uint64_t before = used();
    unsigned char *block = NULL;
    for (int round = 0; round < 20; round++) {
        for (size_t size = 64 * KIB - 40; size < 64 * KIB + 40; size++) {
            block = realloc(block, size);
            CHECK(block != NULL && used() == before + size);
            block[0] = 'f';
            block[size - 1] = 'l';
        }
        for (size_t size = 64 * KIB + 40; size > 64 * KIB - 40; size--) {
            block = realloc(block, size);
            CHECK(block != NULL && used() == before + size && block[0] == 'f');
        }
        block = realloc(block, 10 + round);
        CHECK(block != NULL && used() == before + 10 + round);
    }
    free(block);
    CHECK(used() == before);
    return 0;
}
