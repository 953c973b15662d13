/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

#include <sys/mman.h>
#include <sys/resource.h>

enum { TOO_MUCH = 1 << 30 };

static uint64_t peak_with(size_t bytes) { return usage().used + bytes; }

/* Sizes that the budget has and the kernel has not. */
int main(void)
{
    char *block = malloc(1000);
    struct rlimit limit = {TOO_MUCH, TOO_MUCH};
    CHECK(block != NULL && setrlimit(RLIMIT_AS, &limit) == 0);
    CHECK(malloc(TOO_MUCH) == NULL && calloc(TOO_MUCH, 1) == NULL);
    CHECK(realloc(block, TOO_MUCH) == NULL);
    CHECK(mmap(NULL, TOO_MUCH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          MAP_FAILED);
    CHECK(usage().peak < MIB && refusals() == 0);
    uint64_t expected = peak_with(8 * MIB);
    char *large = malloc(8 * MIB);
    CHECK(large != NULL && usage().peak == expected);
    free(large);
    expected = peak_with(9 * MIB);
    large = mmap(NULL, 9 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(large != MAP_FAILED && mprotect(large, 9 * MIB, PROT_READ | PROT_WRITE) == 0);
    CHECK(usage().peak == expected);
    expected = peak_with(10 * MIB) - 1000;
    block = realloc(block, 10 * MIB);
    CHECK(block != NULL && usage().peak == expected);
    expected = peak_with(3 * MIB);
    CHECK(mremap(large, 9 * MIB, 12 * MIB, MREMAP_MAYMOVE) != MAP_FAILED &&
          usage().peak == expected);
    return 0;
}
