/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    size_t huge = 2 * MIB;
    char *memory = mmap(NULL, 1, RW, ANON | MAP_NORESERVE | MAP_HUGETLB | (21 << 26), -1, 0);
    if (memory == MAP_FAILED)
        return 77;
    CHECK(both_grew(before, (int64_t)huge));
    unmap(memory, huge);
    CHECK(both_grew(before, 0));
    return 0;
}
