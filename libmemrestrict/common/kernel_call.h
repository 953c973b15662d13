/* SPDX-License-Identifier: MIT
 *
 * For kernel*.c: system calls that leave errno, which belongs to the program, alone. Made in place
 * where the machine is known (arch/), since each page of the C library that a process would touch
 * for our sake alone costs it some microseconds.
 */
#ifndef MEMRESTRICT_KERNEL_CALL_H
#define MEMRESTRICT_KERNEL_CALL_H

#include "arch/arch.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

struct kernel_time { /* as system calls take it, whatever width time_t has */
    long seconds, nanoseconds;
};

/* What the function returns, or a negative errno value. */
#define QUIETLY(call)                                                                              \
    ({                                                                                             \
        int saved_errno_ = errno;                                                                  \
        long long result_ = (call);                                                                \
        if (result_ == -1)                                                                         \
            result_ = -errno;                                                                      \
        errno = saved_errno_;                                                                      \
        result_;                                                                                   \
    })

/* The number and up to six arguments, pointers or integers of at most a long's width: what the call
 * returns, or a negative errno value. */
#define KERNEL_CALL(...) KERNEL_CALL_OF(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define KERNEL_CALL_OF(number, a, b, c, d, e, f, ...)                                              \
    arch_system_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
