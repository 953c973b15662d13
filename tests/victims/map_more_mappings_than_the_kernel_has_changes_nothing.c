/* SPDX-License-Identifier: MIT */
#include "map.h"

/* vm.max_map_count, as a rule 65530 mappings: then calls that would split one fail. */
enum { PAGES = 140000 };

int main(void)
{
    char *whole = map_rw(3 * PAGE), *pieces = map_none(PAGES * PAGE);
    uint64_t before = used();
    size_t count = 0;
    while (count < PAGES / 2 && mprotect(pieces + 2 * count * PAGE, PAGE, RW) == 0)
        count++;
    if (count == PAGES / 2)
        return 77;
    CHECK(errno == ENOMEM && used() == before + count * PAGE);
    CHECK(munmap(whole + PAGE, PAGE) == -1 && errno == ENOMEM);
    CHECK(mmap(whole + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) == MAP_FAILED);
    CHECK(used() == before + count * PAGE && refusals() == 0);
    memset(whole, 'x', 3 * PAGE);
    unmap(pieces, PAGES * PAGE);
    CHECK(used() == before);
    unmap(whole, 3 * PAGE);
    CHECK(used() == before - 3 * PAGE);
    return 0;
}
