/* SPDX-License-Identifier: MIT */
#include "victim.h"

enum { LARGE = 100000 };

static uint64_t before;

/* The large block is no more, or nobody has found that out yet: there is nothing in between. */
static bool is_used(uint64_t bytes)
{
    return used() == before + bytes || used() == before + bytes + LARGE;
}

/* The library, loaded with RTLD_DEEPBIND, frees a large block unseen; then small ones come to where
 * its size stood: 32 bytes into it, and at its beginning. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND);
    CHECK(library != NULL);
    void (*take)(void *) = (void (*)(void *))dlsym(library, "library_take");
    before = used();
    char *lower = malloc(5000), *large = malloc(LARGE), *upper = malloc(5000);
    CHECK(lower != NULL && large != NULL && upper != NULL);
    take(large);
    free(lower);
    char *grown = malloc(5032), *small[] = {malloc(24), malloc(24)};
    CHECK(is_used(5000 + 5032 + 2 * 24));
    free(grown);
    char *first = malloc(5000), *second = malloc(24);
    CHECK(is_used(2 * 5000 + 3 * 24));
    free(first);
    free(second);
    for (int i = 0; i < 2; i++)
        free(small[i]);
    free(upper);
    CHECK(is_used(0));
    return 0;
}
