/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    for (size_t size = 1; size < MIB; size = size * 3 + 1) {
        char *dirty = malloc(size);
        CHECK(dirty != NULL);
        memset(dirty, 'x', size);
        free(dirty);
        char *block = calloc(1, size);
        CHECK(block != NULL);
        for (size_t i = 0; i < size; i++)
            CHECK(block[i] == 0);
        free(block);
    }
    return 0;
}
