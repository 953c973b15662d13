/* SPDX-License-Identifier: MIT */
#include "base/file_kind.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

bool file_is_device(const char *path)
{
    const dev_t null = makedev(1, 3);
    struct stat status;
    return stat(path, &status) == 0 &&
           (S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && status.st_rdev != null));
}

bool file_is_plain(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}
