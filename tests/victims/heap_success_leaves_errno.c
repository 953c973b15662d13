/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    for (size_t size = 0; size < 4 * MIB; size = size * 3 + 1)
        EACH(maker, maker, makers)
        {
            errno = 4242;
            void *block = maker->make(size);
            CHECK_OF(maker, block != NULL && errno == 4242);
            EACH(resizer, resizer, resizers)
            {
                block = resizer->resize(block, size * 2 + 1);
                CHECK_OF(resizer, block != NULL && errno == 4242);
            }
            malloc_usable_size(block);
            CHECK_OF(maker, errno == 4242);
            free(block);
        }
    return 0;
}
