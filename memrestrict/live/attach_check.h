/* SPDX-License-Identifier: MIT
 *
 * Why a process cannot be limited while it runs: one clear line for each reason.
 */
#ifndef MEMRESTRICT_ATTACH_CHECK_H
#define MEMRESTRICT_ATTACH_CHECK_H

#include "outcome/outcome.h"

#include <stdbool.h>

/* Before it is touched. False: it cannot be, and why was said. What will be otherwise than one
 * might think becomes a warning of the outcome. */
bool attach_check(int pid, struct outcome *outcome);

/* A thread of it that has its memory still, as a first one that has ended has not; 0: none has. */
int attach_check_thread(int pid);

/* The kernel did not let us, with this errno value: says why. */
void attach_check_say_refused(int pid, int error);

#endif
