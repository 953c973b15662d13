/* SPDX-License-Identifier: MIT
 *
 * The seccomp filter of a program that is limited by ptrace: a stop at each call that changes its
 * memory, and full speed at all others. Those that make processes are not stopped before: a stop
 * there gives time for a signal, which lets fork start anew, for ever where signals are frequent.
 */
#ifndef MEMRESTRICT_TRACED_FILTER_H
#define MEMRESTRICT_TRACED_FILTER_H

#include "common/traced_calls.h"

#include <linux/filter.h>
#include <stdint.h>

/* What our stops carry; the inner filter of a program could make some too. */
enum { TRACED_COOKIE = 0x6d72, TRACED_FILTER_MOST = 200 };

struct traced_filter {
    struct sock_filter code[TRACED_FILTER_MOST];
    unsigned short length;
};

void traced_filter_build(struct traced_filter *filter);

/* Which call that is. */
enum traced traced_filter_call(uint32_t arch, uint64_t number, const uint64_t args[6]);

#endif
