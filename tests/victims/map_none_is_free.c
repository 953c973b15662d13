/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    size_t length = sizeof(void *) == 8 ? (size_t)1 << 36 : (size_t)1 << 30;
    char *memory = map_none(length);
    CHECK(both_grew(before, 0));
    unmap(memory, length);
    CHECK(both_grew(before, 0));
    return 0;
}
