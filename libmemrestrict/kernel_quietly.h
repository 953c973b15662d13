/* SPDX-License-Identifier: MIT
 *
 * For kernel*.c: syscall(2) reports errors through errno, which belongs to the program.
 */
#ifndef MEMRESTRICT_KERNEL_QUIETLY_H
#define MEMRESTRICT_KERNEL_QUIETLY_H

#include <errno.h>

/* What the call returns, or a negative errno value. */
#define QUIETLY(call)                                                                              \
    ({                                                                                             \
        int saved_errno_ = errno;                                                                  \
        long long result_ = (call);                                                                \
        if (result_ == -1)                                                                         \
            result_ = -errno;                                                                      \
        errno = saved_errno_;                                                                      \
        result_;                                                                                   \
    })

#endif
