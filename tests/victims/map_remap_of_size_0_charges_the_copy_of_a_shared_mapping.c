/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_at(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
    uint64_t before = used();
    char *copy = mremap(memory, 0, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(copy != MAP_FAILED && used() == before + 2 * PAGE);
    *copy = 'x';
    CHECK(*memory == 'x');
    unmap(memory, 2 * PAGE);
    CHECK(used() == before);
    unmap(copy, 2 * PAGE);
    CHECK(used() == before - 2 * PAGE);
    return 0;
}
