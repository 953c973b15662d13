/* SPDX-License-Identifier: MIT
 *
 * What people most often get wrong in a command line that can be read: a setting that would have no
 * effect, and a program that cannot be run. Each becomes one clear line.
 */
#ifndef MEMRESTRICT_USAGE_CHECKS_H
#define MEMRESTRICT_USAGE_CHECKS_H

#include "run/options.h"
#include "outcome/outcome.h"
#include "run/target_check.h"

#include <stdbool.h>

/* Is there a limit, where an option needs one? False: there is none, which has been said. The
 * options have what the environment says, too. */
bool usage_checks_pass(const struct run_options *options);

/* The program cannot be run, for an errno value of execve(2): a warning of the outcome says why.
 * Returns what to exit with. */
int usage_checks_cannot_run(struct outcome *outcome, const struct run_options *options,
                            const struct target *target, int reason);

#endif
