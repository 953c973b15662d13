/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>

/* However the loader came to start this program: it is limited, and exactly. */
int main(void)
{
    uint64_t before = used();
    char *block = malloc(1000);
    void *pages = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != NULL && pages != MAP_FAILED && used() == before + 1000 + MIB);
    CHECK((block = realloc(block, 3000)) != NULL && used() == before + 3000 + MIB);
    CHECK(malloc(1024 * MIB) == NULL && errno == ENOMEM);
    CHECK(mmap(NULL, 1024 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    CHECK(munmap(pages, MIB) == 0);
    free(block);
    CHECK(used() == before && refusals() == 2 && usage().unknown == 0);
    return 0;
}
