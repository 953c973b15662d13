/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    uint64_t refused = refusals();
    errno = 0;
    CHECK(mmap(NULL, 2 * MIB, RW, ANON, -1, 0) == MAP_FAILED);
    CHECK(errno == ENOMEM);
    CHECK(refusals() == refused + 1);
    CHECK(both_grew(before, 0));
    return 0;
}
