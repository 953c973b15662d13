/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

int main(void)
{
    uint64_t before = used();
    CHECK(mallopt(M_MMAP_THRESHOLD, 64 * 1024) == 1);
    void *block = malloc(300 * KIB);
    CHECK(block != NULL && used() == before + 300 * KIB);
    struct mallinfo2 info = mallinfo2();
    CHECK(info.hblkhd >= 300 * KIB);
    free(block);
    malloc_trim(0);
    CHECK(used() == before);
    return 0;
}
