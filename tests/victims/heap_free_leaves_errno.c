/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    EACH(giver, giver, givers)
    for (size_t size = 0; size < 4 * MIB; size = size * 3 + 1) {
        void *block = malloc(size);
        CHECK_OF(giver, block != NULL);
        errno = 4242;
        giver->give(block, size);
        CHECK_OF(giver, errno == 4242);
        giver->give(NULL, 0);
        CHECK_OF(giver, errno == 4242);
    }
    return 0;
}
