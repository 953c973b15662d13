/* SPDX-License-Identifier: MIT
 *
 * Arithmetic on a 64-bit counter that threads share. While the process has but one thread, as far
 * as the C library knows, x86 does it in one instruction without a bus lock: that is all that a
 * signal handler of the same thread could get in between, and a third of the cost.
 */
#ifndef MEMRESTRICT_COUNTER_H
#define MEMRESTRICT_COUNTER_H

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
#if defined(__x86_64__)
    if (alone) {
        bool swapped;
        __asm__ volatile("cmpxchgq %3, %1"
                         : "+a"(*expected), "+m"(*at), "=@ccz"(swapped)
                         : "r"(desired));
        return swapped;
    }
#else
    (void)alone;
#endif
    return atomic_compare_exchange_weak(at, expected, desired);
}

/* Adds to a counter that this thread alone writes: in one instruction, since a signal handler may
 * too. */
static inline void counter_add_own(_Atomic int64_t *at, int64_t amount)
{
#if defined(__x86_64__)
    __asm__ volatile("addq %1, %0" : "+m"(*at) : "er"(amount) : "cc");
#else
    atomic_fetch_add_explicit(at, amount, memory_order_relaxed);
#endif
}

static inline void counter_subtract_own(_Atomic int64_t *at, int64_t amount)
{
#if defined(__x86_64__)
    __asm__ volatile("subq %1, %0" : "+m"(*at) : "er"(amount) : "cc");
#else
    atomic_fetch_sub_explicit(at, amount, memory_order_relaxed);
#endif
}

/* Of such a counter: if it is `expected`, it becomes `desired`. */
static inline bool counter_swap_own(_Atomic int64_t *at, int64_t expected, int64_t desired)
{
#if defined(__x86_64__)
    bool swapped;
    __asm__ volatile("cmpxchgq %3, %1"
                     : "+a"(expected), "+m"(*at), "=@ccz"(swapped)
                     : "r"(desired));
    return swapped;
#else
    return atomic_compare_exchange_strong_explicit(at, &expected, desired, memory_order_relaxed,
                                                   memory_order_relaxed);
#endif
}

/* False: there was less, and now there is 2^64 more than that would leave. */
static inline bool counter_subtract(counter *at, uint64_t amount, bool alone)
{
#if defined(__x86_64__)
    if (alone) {
        bool enough;
        __asm__ volatile("subq %2, %0" : "+m"(*at), "=@ccnc"(enough) : "er"(amount));
        return enough;
    }
#else
    (void)alone;
#endif
    return atomic_fetch_sub_explicit(at, amount, memory_order_relaxed) >= amount;
}

#endif
