/* SPDX-License-Identifier: MIT */
#include "map.h"

/* One byte costs a huge page, which is more than the limit. */
int main(void)
{
    char *memory = mmap(NULL, 1, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << 26), -1, 0);
    CHECK(memory == MAP_FAILED);
    return errno == EINVAL ? 77 : 0; /* no such pages */
}
