/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    EACH(resizer, resizer, resizers)
    for (size_t size = 0; size < 200 * KIB; size = size * 5 + 1) {
        void *block = malloc(size);
        size_t left = room();
        CHECK_OF(resizer, block != NULL);
        CHECK_OF(resizer, resizer->resize(block, size + left + 1) == NULL && errno == ENOMEM);
        block = resizer->resize(block, size + left);
        CHECK_OF(resizer, block != NULL);
        CHECK_OF(resizer, used() == usage().limit);
        CHECK_OF(resizer, malloc(1) == NULL);
        free(block);
        CHECK_OF(resizer, room() == size + left);
    }
    return 0;
}
