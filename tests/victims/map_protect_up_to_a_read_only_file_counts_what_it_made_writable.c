/* SPDX-License-Identifier: MIT */
#include "map.h"

int main(void)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    char *memory = map_none(4 * PAGE);
    struct counts before = counts();
    CHECK(mmap(memory + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED);
    CHECK(mprotect(memory, 4 * PAGE, RW) == -1 && errno == EACCES);
    CHECK(both_grew(before, 2 * (int64_t)PAGE));
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
