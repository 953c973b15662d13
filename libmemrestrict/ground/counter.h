/* SPDX-License-Identifier: MIT
 *
 * Arithmetic on a 64-bit counter that threads share. While the process has but one thread, as far
 * as the C library knows, one instruction without a bus lock is enough: only a signal handler of
 * the same thread could come in between.
 */
#ifndef MEMRESTRICT_COUNTER_H
#define MEMRESTRICT_COUNTER_H

#include "arch/arch.h"
#include "ground/guard.h"

#include <stdatomic.h>
#include <stdint.h>

typedef _Atomic uint64_t counter;

/* glibc's (2.32); elsewhere it is not there, and nobody is taken to be alone. */
extern char __libc_single_threaded __attribute__((weak));

static inline bool counter_alone(void)
{
    return &__libc_single_threaded != NULL && __libc_single_threaded;
}

/* Where counter_alone can be read without asking whether it is known; or, if not `really`, a place
 * that says no. */
static inline const char *counter_alone_at(bool really)
{
    static const char no;
    return really && &__libc_single_threaded != NULL ? &__libc_single_threaded : &no;
}

static inline uint64_t counter_get(const counter *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

/* If it is *expected it becomes `desired`; if not, *expected becomes what it is. May fail for
 * nothing. Not alone it is sequentially consistent, which other processes rely on. */
static inline bool counter_swap(counter *at, uint64_t *expected, uint64_t desired, bool alone)
{
    if (ARCH_COUNTS_ALONE && alone)
        return arch_swap_alone(at, expected, desired);
    return atomic_compare_exchange_weak(at, expected, desired);
}

/* False: there was less, and now there is 2^64 more than that would leave. */
static inline bool counter_subtract(counter *at, uint64_t amount, bool alone)
{
    if (ARCH_COUNTS_ALONE && alone)
        return arch_subtract_alone(at, amount);
    return atomic_fetch_sub_explicit(at, amount, memory_order_relaxed) >= amount;
}

/* The same for a signed counter that this thread alone writes, and a signal handler in it. */
static inline void counter_add_own(_Atomic int64_t *at, int64_t amount)
{
    arch_add_alone((counter *)at, (uint64_t)amount);
}

static inline void counter_subtract_own(_Atomic int64_t *at, int64_t amount)
{
    arch_subtract_alone((counter *)at, (uint64_t)amount);
}

/* If it is `expected`, it becomes `desired`. */
static inline bool counter_swap_own(_Atomic int64_t *at, int64_t expected, int64_t desired)
{
    uint64_t known = (uint64_t)expected;
    return arch_swap_alone((counter *)at, &known, (uint64_t)desired);
}

#endif
