/* SPDX-License-Identifier: MIT
 *
 * The files that a sweep, or a merge, writes. They are opened before anything is run, so that one
 * that cannot be written is known then, and keep what they had until there is something new.
 */
#ifndef MEMRESTRICT_SWEEP_REPORTS_H
#define MEMRESTRICT_SWEEP_REPORTS_H

#include "sweep/findings.h"
#include "base/output.h"
#include "sweep/sweep_options.h"

struct sweep_reports {
    struct output of[SWEEP_REPORTS];
};

/* False: one cannot be written, or two are the same, which was said; all are undone. */
bool sweep_reports_open(struct sweep_reports *reports, const struct findings_options *options);
/* Nothing was found out: takes away what was not there before. */
void sweep_reports_undo(struct sweep_reports *reports);
/* Writes and closes all. False: something could not be written, which was said. */
bool sweep_reports_write(struct sweep_reports *reports, const struct findings *findings,
                         const struct journal *journal);

#endif
