/* SPDX-License-Identifier: MIT
 *
 * A submission on all tests of a problem, several at a time: each by a process that judges one. The
 * table goes to stdout, a line a test.
 */
#ifndef MEMRESTRICT_BATCH_H
#define MEMRESTRICT_BATCH_H

#include "judge/judge_options.h"
#include "judge/policy.h"

/* Returns the exit status: 0 if all are ok and right, 1 if not. */
int batch_run(const struct judge_options *options, const struct policy *policy);

#endif
