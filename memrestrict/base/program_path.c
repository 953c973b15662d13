/* SPDX-License-Identifier: MIT */
#include "base/program_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

bool program_path_find(const char *name, char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    for (const char *at = folders != NULL ? folders : "/bin:/usr/bin"; *name != '\0'; at++) {
        int length = (int)strcspn(at, ":");
        if (snprintf(path, PATH_MAX, "%.*s%s%s", length, at, length > 0 ? "/" : "./", name) <
                PATH_MAX &&
            is_program(path))
            return true;
        at += length;
        if (*at == '\0')
            break;
    }
    return false;
}
