/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    *memory = 'x';
    struct counts before = counts();
    void *again = mmap(memory, 4 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(again == MAP_FAILED && errno == EEXIST);
    CHECK(*memory == 'x' && both_grew(before, 0));
    unmap(memory, 4 * PAGE);
    again = mmap(memory, 4 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(again == memory && both_grew(before, 0));
    return 0;
}
