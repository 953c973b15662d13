/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    CHECK(munmap(memory + 1, PAGE) == -1 && errno == EINVAL);
    CHECK(munmap(memory, 0) == -1 && errno == EINVAL);
    CHECK(munmap(memory, SIZE_MAX) == -1 && errno == EINVAL);
    CHECK(munmap((char *)-PAGE, 2 * PAGE) == -1 && errno == EINVAL);
    CHECK(both_grew(before, 0));
    memset(memory, 'x', 4 * PAGE);
    return 0;
}
