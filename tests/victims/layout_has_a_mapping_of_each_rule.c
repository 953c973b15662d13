/* SPDX-License-Identifier: MIT
 *
 * Holds memory that is charged and memory that is not, each piece at an address of its own so that
 * the kernel joins none: says its process ID and waits for the end of its input. Its argument is a
 * file of a MiB.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int map(int place, int mib, int access, int flags, int fd)
{
    char *wanted = (char *)0x100000000000 + ((size_t)place << 30);
    size_t size = (size_t)mib << 20;
    return mmap(wanted, size, access, flags | MAP_FIXED, fd, 0) == wanted;
}

int main(int argc, char **argv)
{
    const int both = PROT_READ | PROT_WRITE, nothing = MAP_PRIVATE | MAP_ANONYMOUS;
    int file = argc > 1 ? open(argv[1], O_RDWR) : -1;
    char *volatile block = malloc(1000);
    char letter, line[32];
    int good = block != NULL && map(0, 8, both, nothing, -1) &&
               map(1, 4, both, MAP_SHARED | MAP_ANONYMOUS, -1) &&
               map(2, 1, both, MAP_PRIVATE, file) && map(3, 16, PROT_NONE, nothing, -1) &&
               map(4, 2, PROT_READ, nothing, -1) && map(5, 1, both, MAP_SHARED, file);
    snprintf(line, sizeof line, "%d\n", (int)getpid());
    if (!good || write(1, line, strlen(line)) < 0)
        return 1;
    while (read(0, &letter, 1) == 1)
        ;
    free(block);
    return 0;
}
