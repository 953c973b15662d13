/* SPDX-License-Identifier: MIT
 *
 * The end of a sweep and of a merge: findings are made of a journal, held against the baseline,
 * written, and become an exit status.
 */
#ifndef MEMRESTRICT_SWEEP_END_H
#define MEMRESTRICT_SWEEP_END_H

#include "sweep/journal.h"
#include "sweep/sweep_reports.h"

/* Can what findings are held against be understood? False: no, which was said. To be asked before
 * there are any. */
bool sweep_end_is_possible(const struct findings_options *options);

/* Writes all reports, the one for people included; returns the exit status. */
int sweep_end(const struct journal *journal, const struct findings_options *options,
              struct sweep_reports *reports);

#endif
