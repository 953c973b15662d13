/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* A library loaded with RTLD_DEEPBIND finds the C library's malloc and free before ours. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND);
    CHECK(library != NULL);
    void *(*give)(size_t) = (void *(*)(size_t))dlsym(library, "library_give");
    void (*take)(void *) = (void (*)(void *))dlsym(library, "library_take");
    uint64_t before = used();
    char *theirs = give(1000);
    CHECK(theirs != NULL && used() == before);
    take(theirs);
    theirs = give(100);
    CHECK((theirs = realloc(theirs, 3000)) != NULL && usage().unknown == 1);
    free(theirs);
    theirs = give(2000);
    free(theirs);
    CHECK(used() == before && usage().unknown == 2);
    return 0;
}
