/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    uint64_t before = used();
    EACH(giver, giver, givers)
    {
        for (size_t size = 0; size < 300 * KIB; size += 4111) {
            void *block = malloc(size);
            CHECK_OF(giver, block != NULL && used() == before + size);
            giver->give(block, size);
            CHECK_OF(giver, used() == before);
        }
        giver->give(NULL, 0);
        CHECK_OF(giver, used() == before);
    }
    CHECK(usage().unknown == 0);
    return 0;
}
