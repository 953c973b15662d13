/* SPDX-License-Identifier: MIT */
#include "base/yama.h"

#include <stdio.h>

int yama_scope(void)
{
    int scope = 0;
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    if (file != NULL && fscanf(file, "%d", &scope) != 1)
        scope = 0;
    if (file != NULL)
        fclose(file);
    return scope;
}

const char *yama_words(int scope)
{
    return scope == 1 ? "its ancestors, or root," : scope == 2 ? "root" : "nobody";
}
