/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    void *(*foreign)(size_t) = (void *(*)(size_t))late("__libc_malloc");
    uint64_t before = used();
    char *block = foreign(1000);
    CHECK(block != NULL);
    memset(block, 'f', 1000);
    EACH(resizer, resizer, resizers)
    {
        errno = 0;
        CHECK_OF(resizer, resizer->resize(block, room() + 1) == NULL && errno == ENOMEM);
        CHECK_OF(resizer, used() == before);
        for (int i = 0; i < 1000; i++)
            CHECK_OF(resizer, block[i] == 'f');
    }
    free(block);
    CHECK(used() == before);
    return 0;
}
