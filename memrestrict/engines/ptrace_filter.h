/* SPDX-License-Identifier: MIT */
#ifndef MEMRESTRICT_PTRACE_FILTER_H
#define MEMRESTRICT_PTRACE_FILTER_H

#include <stdbool.h>

/* Installs the filter (traced_filter.h) in the process that is to be limited, which waits to be
 * execed. Without the privilege to do otherwise it gives up the gain of privileges by exec. False:
 * errno says why. */
bool ptrace_filter_install(void);

#endif
