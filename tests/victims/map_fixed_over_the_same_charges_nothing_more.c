/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(512 * KIB);
    struct counts before = counts();
    *memory = 'x';
    map_at(memory, 512 * KIB, RW, ANON | MAP_FIXED); /* would not fit besides */
    CHECK(*memory == 0);
    CHECK(both_grew(before, 0));
    unmap(memory, 512 * KIB);
    CHECK(both_grew(before, -(int64_t)(512 * KIB)));
    return 0;
}
