/* SPDX-License-Identifier: MIT
 *
 * How a process of a run has ended, by the kernel's word: where nobody has waited for it yet, where
 * the command itself has, and where a process with the library has and says so.
 */
#ifndef MEMRESTRICT_KERNEL_END_H
#define MEMRESTRICT_KERNEL_END_H

#include "run/orphans.h"
#include "run/roster.h"

/* *status as wait(2) has it. False: it is not known, or not yet, or it was on its way to another
 * program, which may have ended so instead; `orphans` may be NULL. */
bool kernel_end_of(const struct orphans *orphans, const struct roster_process *gone, int *status);

#endif
