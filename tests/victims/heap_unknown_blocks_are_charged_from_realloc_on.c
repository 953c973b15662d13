/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    void *(*foreign)(size_t) = (void *(*)(size_t))late("__libc_malloc");
    uint64_t before = used(), unknown = usage().unknown;
    EACH(resizer, resizer, resizers)
    for (size_t size = 10; size < MIB; size = size * 3 + 8) {
        char *block = foreign(size);
        CHECK_OF(resizer, block != NULL);
        memset(block, 'f', size);
        errno = 4242;
        block = resizer->resize(block, size / 2);
        CHECK_OF(resizer, block != NULL && errno == 4242);
        CHECK_OF(resizer, usage().unknown == ++unknown);
        CHECK_OF(resizer, used() == before + size / 2);
        CHECK_OF(resizer, block[0] == 'f' && block[size / 2 - 1] == 'f');
        free(block);
        CHECK_OF(resizer, used() == before && usage().unknown == unknown);
    }
    return 0;
}
