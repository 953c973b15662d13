/* SPDX-License-Identifier: MIT */
#ifndef MEMRESTRICT_PATH_PART_H
#define MEMRESTRICT_PATH_PART_H

#include <string.h>

/* What comes after the last slash, or all of it. */
static inline const char *path_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

#endif
