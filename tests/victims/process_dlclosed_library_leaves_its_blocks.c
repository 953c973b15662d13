/* SPDX-License-Identifier: MIT */
#include "victim.h"

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *library = dlopen(argv[1], RTLD_NOW);
    CHECK(library != NULL);
    void *(*give)(size_t) = (void *(*)(size_t))dlsym(library, "library_give");
    uint64_t before = used();
    char *block = give(1000);
    CHECK(block != NULL && used() == before + 1000);
    CHECK(dlclose(library) == 0);
    free(block); /* and dlclose may have freed what dlopen allocated */
    CHECK(used() <= before && usage().unknown == 0);
    return 0;
}
