/* SPDX-License-Identifier: MIT */
#include "victim.h"

/* A C program loads C++ and its library, where no name of theirs becomes global. */
int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    void *(*make)(size_t) = (void *(*)(size_t))dlsym(plugin, "plugin_new");
    void (*drop)(void *) = (void (*)(void *))dlsym(plugin, "plugin_delete");
    drop(make(100));
    CHECK(make(1024 * MIB) == NULL && refusals() == 1); /* bad_alloc, caught in the plugin */
    uint64_t before = used();
    void *block = make(5000);
    CHECK(block != NULL && used() == before + 5000);
    drop(block);
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
