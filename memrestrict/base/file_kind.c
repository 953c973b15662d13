/* SPDX-License-Identifier: MIT */
#include "base/file_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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

FILE *file_open_plain(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) {
        errno = errno == ELOOP ? EINVAL : errno;
        return NULL;
    }
    bool plain = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    FILE *file = plain ? fdopen(fd, "r") : NULL;
    if (file == NULL)
        close(fd);
    if (!plain)
        errno = EINVAL;
    return file;
}
