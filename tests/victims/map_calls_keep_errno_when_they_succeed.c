/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    errno = 77;
    char *memory = map_rw(4 * PAGE);
    CHECK(mprotect(memory, PAGE, PROT_NONE) == 0);
    CHECK(mprotect(memory, PAGE, RW) == 0);
    memory = mremap(memory, 4 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    CHECK(memory != MAP_FAILED);
    map_at(memory, 8 * PAGE, RW, ANON | MAP_FIXED);
    unmap(memory, 64 * PAGE);
    CHECK(sbrk(100) != (void *)-1 && brk((char *)sbrk(0) - 100) == 0);
    CHECK(errno == 77);
    return 0;
}
