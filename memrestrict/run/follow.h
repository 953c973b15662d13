/* SPDX-License-Identifier: MIT
 *
 * An engine's part in a run: made ready before the program is, and attending to it while its
 * process becomes the program. An engine without a state has no part: all of this is as without.
 */
#ifndef MEMRESTRICT_FOLLOW_H
#define MEMRESTRICT_FOLLOW_H

#include "engines/engine.h"
#include "run/launch.h"
#include "run/options.h"
#include "run/target_check.h"

#include <stdbool.h>

/* The engine's state; the outcome has the limits. `launched` will be the program's. NULL: it cannot
 * be, which has been said. */
void *follow_prepare(const struct engine *engine, const struct run_options *options,
                     const struct target *target, struct held_child *launched,
                     struct outcome *outcome);

/* The process is there, and waits. False: it cannot be followed, which has been said. */
bool follow_begin(const struct engine *engine, void *state, const struct held_child *launched);

/* As launch_go. */
int follow_go(const struct engine *engine, void *state, struct held_child *launched,
              struct signals *signals);

#endif
