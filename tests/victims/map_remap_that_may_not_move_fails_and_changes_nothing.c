/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    CHECK(mremap(memory, 2 * PAGE, 3 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(both_grew(before, 0) && refusals() == 0);
    return 0;
}
