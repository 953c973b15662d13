/* SPDX-License-Identifier: MIT
 *
 * What has to be said of a run beside what was refused: what failed for other reasons than the
 * budget, and what a run within this one was not held by.
 */
#ifndef MEMRESTRICT_REMARKS_H
#define MEMRESTRICT_REMARKS_H

#include "outcome/outcome.h"

/* What the run began with: bytes, or OUTCOME_UNLIMITED; reserves are opened by a refusal. */
struct remarks_limits {
    uint64_t limit, reserve, tree_limit, tree_reserve;
};

/* Who was given more as it ran: that it got by says nothing of what it had been given. Marks its
 * row. */
void remarks_raised(struct outcome *outcome, const struct remarks_limits *asked);

/* Adds a warning for each kind of what there was. */
void remarks_say(struct outcome *outcome);

#endif
