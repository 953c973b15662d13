/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    char *memory = map_rw(4 * PAGE), *reserved = map_none(64 * PAGE);
    struct counts before = counts();
    struct rlimit none = {0, 0};
    CHECK(setrlimit(RLIMIT_DATA, &none) == 0);
    CHECK(mmap(NULL, PAGE, RW, ANON, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mmap(reserved, PAGE, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mprotect(reserved, 64 * PAGE, RW) == -1 && errno == ENOMEM);
    CHECK(mremap(memory, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
    CHECK(sbrk((intptr_t)PAGE) == (void *)-1 && errno == ENOMEM);
    CHECK(brk((char *)sbrk(0) + PAGE) == -1 && errno == ENOMEM);
    CHECK(setrlimit(RLIMIT_AS, &none) == 0);
    CHECK(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(both_grew(before, 0) && refusals() == 0);
    return 0;
}
