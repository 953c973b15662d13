/* SPDX-License-Identifier: MIT
 *
 * What has to be said of a run beside what was refused: what failed for other reasons than the
 * budget, and what a run within this one was not held by.
 */
#ifndef MEMRESTRICT_REMARKS_H
#define MEMRESTRICT_REMARKS_H

#include "outcome/outcome.h"

/* Adds a warning for each kind of what there was. */
void remarks_say(struct outcome *outcome);

#endif
