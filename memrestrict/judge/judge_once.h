/* SPDX-License-Identifier: MIT
 *
 * One submission on one input: run, judged, and told.
 */
#ifndef MEMRESTRICT_JUDGE_ONCE_H
#define MEMRESTRICT_JUDGE_ONCE_H

#include "judge/judge_options.h"
#include "judge/policy.h"

/* Returns the exit status. */
int judge_once(const struct judge_options *options, const struct policy *policy);

#endif
