/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

/* Some allocators return NULL, some a block of 0 bytes; either way what was charged comes back. */
int main(void)
{
    uint64_t before = used();
    EACH(resizer, resizer, resizers)
    for (size_t size = 0; size < 300 * KIB; size += 4111) {
        void *block = malloc(size);
        CHECK_OF(resizer, block != NULL && used() == before + size);
        void *rest = resizer->resize(block, 0);
        CHECK_OF(resizer, used() == before);
        free(rest);
        CHECK_OF(resizer, used() == before);
    }
    CHECK(refusals() == 0 && usage().unknown == 0);
    return 0;
}
