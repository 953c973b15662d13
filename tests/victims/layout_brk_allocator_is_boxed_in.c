/* SPDX-License-Identifier: MIT
 *
 * An allocator of its own on brk alone, as old shells have. A file is mapped right above its heap,
 * as another layout of the kernel's may do; it takes small blocks until there is no more, and dies.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 132 * 1024, BLOCK = 4096 };

static void *take(void)
{
    void *block = sbrk(BLOCK);
    return block == (void *)-1 ? NULL : block;
}

int main(int argc, char **argv)
{
    int file = open(argc > 1 ? argv[1] : "/proc/self/exe", O_RDONLY);
    char *above = (char *)(((unsigned long)sbrk(0) + 4095) & ~4095UL) + ROOM;
    if (mmap(above, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, file, 0) != above)
        return 77;
    for (int blocks = 0; blocks < 1000; blocks++)
        if (take() == NULL) {
            dprintf(2, "no memory after %d blocks\n", blocks);
            abort();
        }
    return 0;
}
