/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <sys/mman.h>
#include <sys/resource.h>

/* The kernel refuses, before the budget does, the blocks and the pages, or the library its records.
 */
enum { BLOCKS = 10000, BLOCK = 20000 };

static char *blocks[BLOCKS];

static void exhaust(uint64_t before)
{
    size_t count = 0, page_runs = 0;
    void *pages[100];
    while (count < BLOCKS && (blocks[count] = malloc(BLOCK)) != NULL)
        count++;
    CHECK(errno == ENOMEM && count > 10 && count < BLOCKS);
    CHECK(used() == before + count * BLOCK);
    while (count > 0)
        free(blocks[--count]);
    CHECK(used() == before);
    while ((pages[page_runs] = mmap(NULL, MIB, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) !=
           MAP_FAILED)
        page_runs++;
    CHECK(errno == ENOMEM && page_runs > 0 && used() == before + page_runs * MIB);
    while (page_runs > 0)
        CHECK(munmap(pages[--page_runs], MIB) == 0);
    CHECK(used() == before && usage().unknown == 0);
}

int main(int argc, char **argv)
{
    int which = argc == 2 && strcmp(argv[1], "data") == 0 ? RLIMIT_DATA : RLIMIT_AS;
    struct rlimit limit = {which == RLIMIT_DATA ? 20 * MIB : 60 * MIB, RLIM_INFINITY};
    uint64_t before = used();
    CHECK(setrlimit(which, &limit) == 0);
    for (int i = 0; i < 3; i++)
        exhaust(before);
    return 0;
}
