/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    (void)counts();
    char *memory = map_rw((usage().limit - used()) / PAGE * PAGE);
    struct counts before = {used(), vm_data()};
    CHECK(mprotect(memory, 4 * PAGE, RW | PROT_EXEC) == 0);
    CHECK(mprotect(memory, 4 * PAGE, RW) == 0);
    CHECK(both_grew(before, 0));
    return 0;
}
