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

bool fd_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++)
        ends[i] = fd_above(ends[i]);
    if (ends[0] >= 0 && ends[1] >= 0)
        return true;
    int saved_errno = errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0)
            close(ends[i]);
        ends[i] = -1;
    }
    errno = saved_errno;
    return false;
}
