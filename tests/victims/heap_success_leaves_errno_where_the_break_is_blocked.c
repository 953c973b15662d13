/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

#include <sys/mman.h>

/* The C library's malloc then meets ENOMEM inside, and maps instead. */
int main(void)
{
    enum { BLOCKS = 200, SIZE = 8000 };
    static void *blocks[BLOCKS];
    free(malloc(1));
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *end = (char *)(((uintptr_t)sbrk(0) + page - 1) / page * page);
    mmap(end, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    for (int i = 0; i < BLOCKS; i++) {
        errno = 4242;
        blocks[i] = malloc(SIZE);
        CHECK(blocks[i] != NULL);
        CHECK(errno == 4242);
    }
    CHECK(used() >= BLOCKS * SIZE);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return 0;
}
