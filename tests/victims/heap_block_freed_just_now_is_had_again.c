/* SPDX-License-Identifier: MIT */
#include "heap_functions.h"

enum { SMALL = 100, LARGE = 3000 };

static bool is_glibc(void) { return dlsym(RTLD_DEFAULT, "gnu_get_libc_version") != NULL; }

/* As from glibc itself: the last block freed is the first one had, if as large a chunk is wanted.
 */
static void has_again(size_t size, size_t wanted)
{
    uint64_t before = used();
    char *other = malloc(size), *block = malloc(size);
    uintptr_t was = (uintptr_t)block;
    CHECK(used() == before + 2 * size);
    free(other);
    free(block);
    CHECK(used() == before);
    block = malloc(wanted);
    CHECK((uintptr_t)block == was && used() == before + wanted);
    memset(block, 1, malloc_usable_size(block));
    free(block);
    CHECK(used() == before);
}

/* What is asked for in another way, or is larger, is another block; and zeros are zeros. */
static void is_not_mistaken(void)
{
    char *block = malloc(SMALL);
    memset(block, 1, SMALL);
    free(block);
    char *larger = malloc(SMALL + 64), *zeros = calloc(1, SMALL), *grown = realloc(NULL, SMALL);
    CHECK(larger != block && malloc_usable_size(larger) >= SMALL + 64);
    for (int i = 0; i < SMALL; i++)
        CHECK(zeros[i] == 0);
    CHECK(zeros != grown && zeros != larger);
    free(larger);
    free(zeros);
    free(grown);
}

static void is_refused_all_the_same(void)
{
    uint64_t before = used();
    char *block = malloc(LARGE), *rest = malloc((size_t)(usage().limit - used()));
    CHECK(rest != NULL && used() == usage().limit);
    free(block);
    char *filler = calloc(1, 1);
    CHECK(malloc(LARGE) == NULL && errno == ENOMEM);
    free(filler);
    block = malloc(LARGE);
    CHECK(block != NULL && used() == usage().limit);
    free(block);
    free(rest);
    CHECK(used() == before);
}

int main(void)
{
    free(malloc(SMALL)); /* the thread's first call goes another way */
    if (!is_glibc() || sizeof(size_t) < 8)
        return 0;
    has_again(SMALL, SMALL);
    has_again(SMALL, SMALL - 10);
    has_again(SMALL - 10, SMALL);
    is_not_mistaken();
    is_refused_all_the_same();
    return 0;
}
