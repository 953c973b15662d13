/* SPDX-License-Identifier: MIT
 *
 * The seccomp filter of a program that is limited by ptrace: a stop at each call that changes its
 * memory, and full speed at all others. Those that make processes are not stopped before: a stop
 * there gives time for a signal, which lets fork start anew, for ever where signals are frequent.
 */
#ifndef MEMRESTRICT_PTRACE_FILTER_H
#define MEMRESTRICT_PTRACE_FILTER_H

#include "engines/ptrace_calls.h"

#include <stdbool.h>

/* What our stops carry; the inner filter of a program could make some too. */
enum { FILTER_COOKIE = 0x6d72 };

/* In the process that is to be limited, which waits to be execed. Without the privilege to do
 * otherwise it gives up the gain of privileges by exec. False: errno says why. */
bool ptrace_filter_install(void);

/* Which call that is. */
enum traced ptrace_filter_call(uint32_t arch, uint64_t number);

#endif
