/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* The library, loaded with RTLD_DEEPBIND, frees our block unseen; then the address is given again.
 */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND);
    CHECK(library != NULL);
    void (*take)(void *) = (void (*)(void *))dlsym(library, "library_take");
    uint64_t before = used();
    for (int i = 0; i < 100; i++) {
        char *block = malloc(1000);
        CHECK(block != NULL);
        take(block);
    }
    char *again = malloc(1000);
    CHECK(used() == before + 1000);
    free(again);
    CHECK(used() == before);
    return 0;
}
