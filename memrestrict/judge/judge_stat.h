/* SPDX-License-Identifier: MIT
 *
 * stat(2) and its like, done for a thread of the submission: what others of its threads do to the
 * path meanwhile changes nothing.
 */
#ifndef MEMRESTRICT_JUDGE_STAT_H
#define MEMRESTRICT_JUDGE_STAT_H

#include "engines/tracer.h"

/* Of our path, or, where that is empty, of its descriptor `folder`. Writes into the submission's
 * memory; returns what the call gives. */
int64_t judge_stat(const struct tracer_call *call, const char *name, int folder, const char *path);

#endif
