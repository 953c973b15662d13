/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    void *(*foreign)(size_t) = (void *(*)(size_t))late("__libc_malloc");
    uint64_t before = used(), unknown = usage().unknown;
    EACH(giver, giver, givers)
    for (size_t size = 1; size < MIB; size *= 8) {
        void *block = foreign(size);
        CHECK_OF(giver, block != NULL && used() == before);
        CHECK_OF(giver, malloc_usable_size(block) >= size);
        errno = 4242;
        giver->give(block, size);
        CHECK_OF(giver, errno == 4242);
        CHECK_OF(giver, usage().unknown == ++unknown);
        CHECK_OF(giver, used() == before);
    }
    return 0;
}
