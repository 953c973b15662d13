/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <malloc.h>

/* Whoever serves the heap serves all of the family: any block can go to any function that takes
 * one. Asks the library nothing, which may come second and count nothing. */
enum { MAKERS = 9, TAKERS = 5 };

static void *make(int how, size_t size)
{
    void *block = NULL;
    switch (how) {
    case 0: return malloc(size);
    case 1: return calloc(1, size);
    case 2: return realloc(NULL, size);
    case 3: return reallocarray(NULL, 1, size);
    case 4: return posix_memalign(&block, 64, size) == 0 ? block : NULL;
    case 5: return aligned_alloc(64, size);
    case 6: return memalign(64, size);
    case 7: return valloc(size);
    default: return pvalloc(size);
    }
}

static void take(int how, void *block, size_t size)
{
    static void (*compatible)(void *), (*sized)(void *, size_t);
    if (sized == NULL) {
        compatible = (void (*)(void *))dlsym(RTLD_DEFAULT, "cfree");
        sized = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
    }
    switch (how) {
    case 0: free(block); break;
    case 1: compatible(block); break;
    case 2: sized(block, size); break;
    case 3: free(realloc(block, 2 * size)); break;
    default: free(reallocarray(block, 3, size)); break;
    }
}

int main(void)
{
    for (size_t size = 64; size <= 4 * MIB; size *= 8)
        for (int pair = 0; pair < MAKERS * TAKERS; pair++) {
            char *block = make(pair / TAKERS, size);
            CHECK(block != NULL && malloc_usable_size(block) >= size);
            memset(block, 'x', size);
            take(pair % TAKERS, block, size);
        }
    return 0;
}
