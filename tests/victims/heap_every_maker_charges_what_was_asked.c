/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    static const size_t sizes[] = {1,     7,     16,    1000,  4095,      4097,   61437,
                                   61438, 65535, 65536, 65537, 128 * KIB, MIB - 1};
    EACH(maker, maker, makers)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t before = used();
        char *block = maker->make(sizes[i]);
        CHECK_OF(maker, block != NULL);
        memset(block, 'x', sizes[i]);
        CHECK_OF(maker, used() == before + sizes[i]);
        free(block);
        CHECK_OF(maker, used() == before);
    }
    CHECK(usage().unknown == 0);
    return 0;
}
