/* SPDX-License-Identifier: MIT
 *
 * A run's figures at one moment, for its timeline.
 */
#ifndef MEMRESTRICT_RUN_SAMPLE_H
#define MEMRESTRICT_RUN_SAMPLE_H

#include "run/roster.h"
#include "timeline/timeline.h"

/* Of all that live; `now` is of CLOCK_MONOTONIC, in nanoseconds. */
void run_sample_take(struct timeline *timeline, struct roster *roster, uint64_t now);

#endif
