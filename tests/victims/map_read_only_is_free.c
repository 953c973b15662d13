/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    struct counts before = counts();
    char *memory = map_at(NULL, 4 * MIB, PROT_READ, ANON);
    CHECK(both_grew(before, 0));
    unmap(memory, 4 * MIB);
    CHECK(both_grew(before, 0));
    return 0;
}
