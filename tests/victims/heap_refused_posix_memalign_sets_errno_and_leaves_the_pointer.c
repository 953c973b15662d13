/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    static const size_t too_much[] = {1,       100, 4 * MIB, PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1,
                                      SIZE_MAX};
    void *most = fill(0);
    for (size_t i = 0; i < sizeof too_much / sizeof too_much[0]; i++) {
        char here;
        void *block = &here;
        errno = 4242;
        CHECK(posix_memalign(&block, 64, too_much[i]) == ENOMEM);
        CHECK(errno == ENOMEM);
        CHECK(block == &here);
    }
    free(most);
    return 0;
}
