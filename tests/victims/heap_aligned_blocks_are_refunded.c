/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    uint64_t before = used();
    for (size_t alignment = 16; alignment <= 64 * KIB; alignment *= 2)
        EACH(giver, giver, givers)
        {
            void *block = aligned_alloc(alignment, 3 * alignment);
            CHECK_OF(giver, block != NULL && used() == before + 3 * alignment);
            giver->give(block, 3 * alignment);
            CHECK_OF(giver, used() == before);
        }
    CHECK(usage().unknown == 0);
    return 0;
}
