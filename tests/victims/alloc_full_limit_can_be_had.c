/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Blocks of one size until the first refusal: not one fewer than the limit has room for. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    size_t size = (size_t)atoi(argv[1]), count = 0;
    struct memrestrict_usage start = usage();
    uint64_t room = (start.limit - start.used) / size;
    char **last = NULL;
    for (char **block; (block = malloc(size)) != NULL; count++) {
        *block = (char *)last;
        last = block;
    }
    CHECK(errno == ENOMEM && count == room && refusals() == 1);
    CHECK(used() == start.used + count * size);
    while (last != NULL) {
        char **block = last;
        last = (char **)*block;
        free(block);
    }
    CHECK(used() == start.used && usage().unknown == 0);
    return 0;
}
