/* SPDX-License-Identifier: MIT */
#include "base/demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef char *demangler(const char *name, char *buffer, size_t *length, int *status);

static demangler *find_demangler(void)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++abi.so.1"};
    void *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof libraries / sizeof libraries[0]; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_LOCAL);
        if (library != NULL)
            found = dlsym(library, "__cxa_demangle");
    }
    return (demangler *)found;
}

char *demangle(const char *name)
{
    static demangler *by_library;
    static bool looked;
    int status;
    char *plain = NULL;
    if (strncmp(name, "_Z", 2) == 0) {
        if (!looked)
            by_library = find_demangler();
        looked = true;
        if (by_library != NULL)
            plain = by_library(name, NULL, NULL, &status);
    }
    return plain != NULL ? plain : strdup(name);
}
