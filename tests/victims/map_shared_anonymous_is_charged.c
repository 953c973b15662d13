/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    uint64_t before = used();
    char *memory = map_at(NULL, 3 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS);
    CHECK(used() == before + 3 * PAGE);
    CHECK(mmap(NULL, 2 * MIB, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
          errno == ENOMEM);
    unmap(memory, 3 * PAGE);
    CHECK(used() == before);
    return 0;
}
