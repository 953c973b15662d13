/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(16 * PAGE), *to = memory + 8 * PAGE;
    unmap(memory + 2 * PAGE, PAGE);
    struct counts before = counts();
    mremap(memory, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to); /* EFAULT before 6.17 */
    CHECK(agree(before)); /* what was behind the hole is still there */
    return 0;
}
