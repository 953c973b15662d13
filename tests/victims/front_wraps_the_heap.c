/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Linked with -rdynamic: the program's own functions are before any preloaded library's, and pass
 * on to the next ones. */
static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        _exit(2);
    return function;
}

void *malloc(size_t size)
{
    static void *(*next_malloc)(size_t);
    if (next_malloc == NULL)
        next_malloc = (void *(*)(size_t))next("malloc");
    return next_malloc(size);
}

void free(void *block)
{
    static void (*next_free)(void *);
    if (next_free == NULL)
        next_free = (void (*)(void *))next("free");
    next_free(block);
}

int main(void)
{
    uint64_t before = used();
    void *block = malloc(1000);
    CHECK(used() == before + 1000);
    block = reallocarray(block, 2, 1000);
    CHECK(used() == before + 2000);
    CHECK(malloc(17 * MIB) == NULL && errno == ENOMEM && refusals() == 1);
    free(block);
    free(valloc(100));
    CHECK(used() == before);
    return 0;
}
