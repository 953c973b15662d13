/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* At a full budget: what is given back needs no room of its own. */
int main(void)
{
    enum { MOST = 300 * 1024 };
    void *rest = fill(MOST);
    EACH(resizer, resizer, resizers)
    {
        unsigned char *block = malloc(MOST);
        CHECK_OF(resizer, block != NULL && room() == 0);
        for (size_t i = 0; i < MOST; i++)
            block[i] = (unsigned char)(i * 7);
        for (size_t size = MOST; size > 0; size = size / 7 * 6) {
            errno = 4242;
            block = resizer->resize(block, size);
            CHECK_OF(resizer, block != NULL && errno == 4242);
            CHECK_OF(resizer, room() == MOST - size);
            for (size_t i = 0; i < size; i++)
                CHECK_OF(resizer, block[i] == (unsigned char)(i * 7));
        }
        free(block);
        CHECK_OF(resizer, room() == MOST);
    }
    free(rest);
    CHECK(refusals() == 0);
    return 0;
}
