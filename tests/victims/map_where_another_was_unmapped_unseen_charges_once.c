/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/syscall.h>

int main(void)
{
    char *memory = map_rw(4 * PAGE);
    struct counts before = counts();
    CHECK(syscall(SYS_munmap, memory, 4 * PAGE) == 0);
    map_at(memory, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE);
    unmap(memory, 4 * PAGE);
    CHECK(both_grew(before, -4 * (int64_t)PAGE));
    return 0;
}
