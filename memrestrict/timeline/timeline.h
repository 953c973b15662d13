/* SPDX-License-Identifier: MIT
 *
 * Used bytes over time, as CSV:
 *     seconds,event,pid,program,used_bytes,limit_bytes,asked_bytes
 * Seconds count from the start of the program. Events: "used" (a process, whenever its figures
 * changed), "peak" (it had used that much since its last row, and has let go of it), "refused" (its
 * first refusal, at its own time, with the size asked for; "refused_by_tree" with the tree's
 * figures), "end"; and "tree", all processes together under a tree's limit, with pid 0. No limit is
 * an empty field. Rows are in order but for those that only the outcome tells, at the end.
 *
 * The file stays small: what did not change is not written, and after every TIMELINE_ROWS rows
 * samples are taken half as often (a process that changes all the time, for a day: 35 MB).
 */
#ifndef MEMRESTRICT_TIMELINE_H
#define MEMRESTRICT_TIMELINE_H

#include "common/accounts_enums.h"
#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TIMELINE_HEADER "seconds,event,pid,program,used_bytes,limit_bytes,asked_bytes"
enum { TIMELINE_ROWS = 100000 };

struct timeline;

/* Writes the header to `file`, which stays the caller's. `began`: the program's start, in
 * nanoseconds of CLOCK_MONOTONIC, or shortly before. NULL: no memory, with errno. */
struct timeline *timeline_open(FILE *file, uint64_t began);

/* A sample, to be taken at each interval, `now` as `began` above: begin, each process that has a
 * place (below ACCOUNTS_SLOTS), and end, with what all together use; UINT64_MAX is no limit of the
 * tree. False: this one is left out. Errors are kept for timeline_close. */
bool timeline_begin_sample(struct timeline *timeline, uint64_t now);
void timeline_sample(struct timeline *timeline, unsigned place, const struct process *process);
void timeline_end_sample(struct timeline *timeline, uint64_t tree_limit, uint64_t tree_used);

/* Adds what no sample saw (short processes, the last peaks and refusals), flushes, and frees the
 * timeline. `outcome` may be NULL. False: something could not be written, with errno. */
bool timeline_close(struct timeline *timeline, const struct outcome *outcome);

#endif
