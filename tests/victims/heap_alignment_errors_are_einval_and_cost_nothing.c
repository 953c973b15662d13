/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    static const size_t bad[] = {0, 1, 2, 3, 5, 7, 12, 24, 100, 4095, 4097, SIZE_MAX};
    uint64_t before = used();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char here;
        void *block = &here;
        errno = 4242;
        CHECK(posix_memalign(&block, bad[i], 100) == EINVAL);
        CHECK(posix_memalign(&block, bad[i], 0) == EINVAL);
        CHECK(errno == 4242 && block == &here);
    }
    volatile size_t far_too_large = SIZE_MAX;
    errno = 0;
    CHECK(memalign(far_too_large, 100) == NULL && errno == EINVAL);
    errno = 0;
    CHECK(aligned_alloc(far_too_large, 100) == NULL && errno == EINVAL);
    CHECK(used() == before && refusals() == 0);
    return 0;
}
