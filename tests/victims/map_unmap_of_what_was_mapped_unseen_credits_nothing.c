/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/syscall.h>

#ifdef SYS_mmap2
#define SYS_MMAP SYS_mmap2
#else
#define SYS_MMAP SYS_mmap
#endif

int main(void)
{
    struct counts before = counts();
    char *unseen = (char *)syscall(SYS_MMAP, NULL, 4 * PAGE, RW, ANON, -1, 0);
    CHECK(unseen != MAP_FAILED && used() == before.used);
    unmap(unseen, 4 * PAGE);
    CHECK(both_grew(before, 0));
    return 0;
}
