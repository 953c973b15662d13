/* SPDX-License-Identifier: MIT
 *
 * A policy as a seccomp filter, made by libseccomp: the kernel decides on numbers alone. What it
 * cannot say, and all calls of another kind than the program is made for (i386 or x32 in a 64-bit
 * one), stops and is decided by policy_decide, on the same numbers, which cannot change meanwhile.
 */
#ifndef MEMRESTRICT_POLICY_FILTER_H
#define MEMRESTRICT_POLICY_FILTER_H

#include "judge/policy.h"

#include <linux/filter.h>

struct policy_filter {
    struct sock_filter *code; /* NULL: there is none */
    unsigned short length;
};

/* For programs of that AUDIT_ARCH; stops carry TRACER_ASK. False: why was said. */
bool policy_filter_make(struct policy_filter *filter, const struct policy *policy, uint32_t arch);
void policy_filter_free(struct policy_filter *filter);

/* In the process that is to be held by it, which gave up the gain of privileges by exec. False:
 * errno. */
bool policy_filter_install(const struct policy_filter *filter);

#endif
