/* SPDX-License-Identifier: MIT */
#include "map.h"

#include <sys/socket.h>

int main(void)
{
    char *memory = map_rw(8 * PAGE);
    struct counts before = counts();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0); /* has an mmap of its own, which says no */
    CHECK(fd >= 0);
    CHECK(mmap(memory, 4 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED);
    CHECK(agree(before)); /* some kernels have removed the old mapping by now */
    return 0;
}
