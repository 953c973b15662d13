/* SPDX-License-Identifier: MIT
 *
 * The kernel's own struct, which no header of the C library may stand beside; the C library's
 * function would be one more for the loader to look up in every program.
 */
#include "common/kernel.h"

#include "common/kernel_call.h"

#if defined(SYS_fstat64) /* numbers of 64 bits on a machine of 32 */
#include <asm/stat.h>
typedef struct stat64 status_of;
#define STATUS(fd, status) KERNEL_CALL(SYS_fstat64, fd, status)
#elif defined(SYS_fstat)
#include <asm/stat.h>
typedef struct stat status_of;
#define STATUS(fd, status) KERNEL_CALL(SYS_fstat, fd, status)
#else /* newer kinds of machines have statx(2) alone */
#include <sys/stat.h>
typedef struct stat status_of;
#define STATUS(fd, status) QUIETLY(fstat(fd, status))
#endif

bool kernel_inode(int fd, struct kernel_inode *inode)
{
    status_of status = {.st_mode = 0};
    if (STATUS(fd, &status) != 0)
        return false;
    inode->device = status.st_dev;
    inode->number = status.st_ino;
    inode->mode = status.st_mode;
    inode->user = status.st_uid;
    return true;
}
