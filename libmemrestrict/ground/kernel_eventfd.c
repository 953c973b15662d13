/* SPDX-License-Identifier: MIT */
#include "ground/kernel_eventfd.h"

#include "common/kernel_call.h"

#include <poll.h>
#include <sys/eventfd.h>

/* All files of this kind have one inode, and so do some other kinds that are no files, which can
 * be neither written to nor harmed by that. */
static bool is_same_kind(int fd, const struct kernel_identity *identity)
{
    struct kernel_identity now;
    return kernel_identity(fd, &now) && now.device == identity->device &&
           now.inode == identity->inode;
}

int kernel_eventfd_note(int fd, struct kernel_identity *identity)
{
    const uint64_t nothing = 0;
    if (!kernel_identity(fd, identity))
        return EBADF;
    long model = KERNEL_CALL(SYS_eventfd2, 0, EFD_CLOEXEC);
    if (model < 0)
        return (int)-model;
    bool is_one = is_same_kind((int)model, identity) &&
                  kernel_write(fd, &nothing, sizeof nothing) == (ssize_t)sizeof nothing;
    kernel_close((int)model);
    return is_one ? 0 : EINVAL;
}

void kernel_eventfd_add(int fd, const struct kernel_identity *identity)
{
    const uint64_t one = 1;
    const struct kernel_time at_once = {0, 0};
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    if (is_same_kind(fd, identity) && KERNEL_CALL(SYS_ppoll, &room, 1, &at_once, NULL, 0) == 1 &&
        (room.revents & POLLOUT))
        kernel_write(fd, &one, sizeof one);
}
