/* SPDX-License-Identifier: MIT */
#include "sites/sites_memory.h"

#include "base/fd.h"
#include "common/sites_area.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

/* Sparse, so that its size costs nothing; but a limit on the size of files holds for it as well,
 * and would end us by a signal. */
static bool set_size(int fd)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < SITES_FILE) {
        errno = EFBIG;
        return false;
    }
    return ftruncate(fd, (off_t)SITES_FILE) == 0 && fcntl(fd, F_ADD_SEALS, SEALS) == 0;
}

static bool begin(int fd, unsigned depth, bool crashes)
{
    struct sites_head head = {.magic = SITES_MAGIC,
                              .version = SITES_VERSION,
                              .size = sizeof(struct sites_area),
                              .depth = depth,
                              .crashes = crashes};
    if (!set_size(fd))
        return false;
    ssize_t written = pwrite(fd, &head, sizeof head, 0);
    if (written >= 0 && written != sizeof head)
        errno = ENOSPC;
    return written == sizeof head;
}

int sites_memory_open(unsigned *depth, bool crashes)
{
    *depth = *depth == 0 ? SITES_DEPTH : *depth;
    int fd = fd_above(memfd_create("memrestrict-sites", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0 || begin(fd, *depth, crashes))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

bool sites_memory_is(int fd)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat(fd, &status) == 0 &&
           status.st_size == (off_t)SITES_FILE;
}

void sites_memory_release(int fd, unsigned slot)
{
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
              (off_t)(SITES_AREA * (slot + (uint64_t)1)), (off_t)SITES_AREA);
}
