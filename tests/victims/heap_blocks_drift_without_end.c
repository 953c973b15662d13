/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* One live block at a time, always at new addresses: what the library knows of the old ones goes
 * back, and does not use up what the kernel lets the process have. */
int main(void)
{
    enum { ROUNDS = 40000, SIZE = 200000, MAPPED = 204800 };
    struct rlimit limit = {100000 * KIB, 100000 * KIB};
    CHECK(setrlimit(RLIMIT_DATA, &limit) == 0);
    CHECK(mallopt(M_MMAP_THRESHOLD, 65536) == 1);
    for (int i = 0; i < ROUNDS; i++) {
        char *block = malloc(SIZE);
        CHECK(block != NULL);
        block[0] = 1;
        char *page = (char *)((uintptr_t)block & ~(uintptr_t)4095);
        free(block);
        mmap(page, MAPPED, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | 0x100000 /* MAP_FIXED_NOREPLACE */, -1,
             0);
    }
    CHECK(refusals() == 0);
    return 0;
}
