/* SPDX-License-Identifier: MIT
 *
 * What could not be limited, or was not seen: so that nothing is ever silently unlimited. Each
 * becomes a warning of the outcome.
 */
#ifndef MEMRESTRICT_COVERAGE_H
#define MEMRESTRICT_COVERAGE_H

#include "run/options.h"
#include "outcome/outcome.h"
#include "run/target_check.h"

/* Before the start, from the program's file. */
void coverage_before(struct outcome *outcome, const struct target *target,
                     const struct run_options *options);
/* After the end, from what its processes have left. */
void coverage_after(struct outcome *outcome, const struct target *target,
                    const struct run_options *options);
/* Is what was not limited, or is not known, a failure, since a status was asked for? Says so. */
bool coverage_fails(const struct outcome *outcome, const struct run_options *options);

#endif
