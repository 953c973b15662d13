/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* Another namespace has a C library, and a malloc, of its own. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *library = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW);
    if (library == NULL)
        dprintf(2, "%s\n", dlerror());
    CHECK(library != NULL);
    void *(*give)(size_t) = (void *(*)(size_t))dlsym(library, "library_give");
    void (*take)(void *) = (void (*)(void *))dlsym(library, "library_take");
    uint64_t before = used();
    char *theirs = give(1000), *ours = malloc(500);
    CHECK(theirs != NULL && ours != NULL && used() == before + 500);
    take(theirs);
    free(ours);
    CHECK(used() == before && usage().unknown == 0);
    dlclose(library);
    return 0;
}
