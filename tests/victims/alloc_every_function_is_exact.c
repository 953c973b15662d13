/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <malloc.h>

static uint64_t before;

/* The block can be used for what was asked, and nothing is left once it is freed. */
static void expect(void *block, size_t size)
{
    CHECK(block != NULL && used() == before + size);
    CHECK(malloc_usable_size(block) >= size);
    memset(block, 0xa5, size);
    free(block);
    CHECK(used() == before);
}

static void expect_sizes(size_t size)
{
    void *aligned = NULL;
    expect(malloc(size), size);
    expect(calloc(1, size), size);
    expect(realloc(NULL, size), size);
    expect(realloc(malloc(2 * size + 1), size), size);
    expect(realloc(malloc(size / 2), size), size);
    expect(reallocarray(malloc(1), size, 3), 3 * size);
    expect(aligned_alloc(64, (size + 63) & ~(size_t)63), (size + 63) & ~(size_t)63);
    expect(memalign(256, size), size);
    expect(valloc(size), size);
    expect(pvalloc(size), size);
    CHECK(posix_memalign(&aligned, 4096, size) == 0);
    CHECK((size_t)aligned % 4096 == 0);
    expect(aligned, size);
}

int main(void)
{
    static const size_t sizes[] = {1, 8, 24, 100, 4096, 70000, 1 << 20, 5 << 20, 40 << 20};
    before = used();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_sizes(sizes[i]);
    CHECK(malloc(SIZE_MAX / 4) == NULL && errno == ENOMEM);
    volatile size_t half = SIZE_MAX / 2; /* volatile: the compiler warns of what it can compute */
    CHECK(calloc(half, 4) == NULL && errno == ENOMEM);
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
