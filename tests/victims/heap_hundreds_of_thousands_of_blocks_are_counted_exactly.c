/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

enum { BLOCKS = 300000 };

static void *blocks[BLOCKS];

int main(void)
{
    uint64_t before = used(), sum = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(i % 100);
        CHECK(blocks[i] != NULL);
        sum += i % 100;
    }
    CHECK(used() == before + sum);
    for (size_t i = 0; i < BLOCKS; i++) { /* 7919 is prime to BLOCKS: all of them, in disorder */
        size_t at = i * 7919 % BLOCKS;
        free(blocks[at]);
        sum -= at % 100;
        if (i % 1000 == 0)
            CHECK(used() == before + sum);
    }
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
