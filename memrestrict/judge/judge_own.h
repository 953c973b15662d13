/* SPDX-License-Identifier: MIT
 *
 * Calls that name a thread, a process or a group by its number: is it one of the submission's?
 */
#ifndef MEMRESTRICT_JUDGE_OWN_H
#define MEMRESTRICT_JUDGE_OWN_H

#include "engines/tracer.h"

/* False also for a call that this does not know. */
bool judge_own_is(const struct tracer *tracer, const struct tracer_call *call, const char *name);

#endif
