/* SPDX-License-Identifier: MIT
 *
 * Grows its heap by sbrk until a mapping that it put above is in the way; then waits as many
 * milliseconds as its argument says, and fails.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const uintptr_t page = 4096;
    uintptr_t end = ((uintptr_t)sbrk(0) + page - 1) & -page;
    void *wanted = (void *)(end + 33 * page);
    if (argc < 2 ||
        mmap(wanted, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != wanted)
        return 77;
    for (int i = 0; i < 100; i++)
        if (sbrk(65536) == (void *)-1) {
            usleep(1000 * (useconds_t)atoi(argv[1]));
            return 1;
        }
    return 0;
}
