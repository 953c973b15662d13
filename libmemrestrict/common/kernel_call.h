/* SPDX-License-Identifier: MIT
 *
 * For kernel*.c: system calls that leave errno, which belongs to the program, alone. Made in place
 * where we know how, since each page of the C library that a process would touch for our sake alone
 * costs it some microseconds.
 */
#ifndef MEMRESTRICT_KERNEL_CALL_H
#define MEMRESTRICT_KERNEL_CALL_H

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

/* syscall(2) says which registers. */
static inline long kernel_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__) && defined(__LP64__)
    register long fourth __asm__("r10") = d, fifth __asm__("r8") = e, sixth __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return number;
#elif defined(__aarch64__) && defined(__LP64__)
    register long call __asm__("x8") = number, first __asm__("x0") = a, second __asm__("x1") = b;
    register long third __asm__("x2") = c, fourth __asm__("x3") = d, fifth __asm__("x4") = e;
    register long sixth __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
#else
    return (long)QUIETLY(syscall(number, a, b, c, d, e, f));
#endif
}

/* The number and up to six arguments, pointers or integers of at most a long's width: what the call
 * returns, or a negative errno value. */
#define KERNEL_CALL(...) KERNEL_CALL_OF(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define KERNEL_CALL_OF(number, a, b, c, d, e, f, ...)                                              \
    kernel_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
