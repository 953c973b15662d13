/* SPDX-License-Identifier: MIT */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int fd_above(int fd)
{
    enum { LOWEST = STDERR_FILENO + 1 };
    if (fd < 0 || fd >= LOWEST)
        return fd;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST), saved_errno = errno;
    close(fd);
    errno = saved_errno;
    return above;
}
