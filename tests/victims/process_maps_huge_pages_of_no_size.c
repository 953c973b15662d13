/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

int main(void)
{
    for (unsigned bits = 33; bits < 64; bits += 3) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (int)(bits << 26);
        CHECK(mmap(NULL, 4096, PROT_WRITE, flags, -1, 0) == MAP_FAILED && errno == EINVAL);
    }
    CHECK(mmap(NULL, 4 * MIB, PROT_WRITE, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, 4 * MIB, PROT_WRITE, ~0, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(refusals() == 0);
    return 0;
}
