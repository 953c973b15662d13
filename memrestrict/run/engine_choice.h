/* SPDX-License-Identifier: MIT
 *
 * Which engine limits the program: the one that was asked for, or the one that fits.
 */
#ifndef MEMRESTRICT_ENGINE_CHOICE_H
#define MEMRESTRICT_ENGINE_CHOICE_H

#include "engines/engine.h"
#include "outcome/outcome.h"
#include "run/options.h"
#include "run/target_check.h"

/* NULL: what was asked for cannot be, and that has been said. What was taken for want of the
 * preload, and why, becomes a warning of the outcome. */
const struct engine *engine_choice(const struct run_options *options, const struct target *target,
                                   struct outcome *outcome);

#endif
