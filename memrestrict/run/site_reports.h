/* SPDX-License-Identifier: MIT
 *
 * What is written of the call sites at the end of a run: the table, and the files for viewers.
 */
#ifndef MEMRESTRICT_SITE_REPORTS_H
#define MEMRESTRICT_SITE_REPORTS_H

#include "outcome/outcome.h"
#include "run/reports.h"
#include "sites/sites.h"

/* Enters where processes crashed, as far as they told, unless only records are wanted; and of one
 * that ended unseen, by what. */
void site_reports_crashes(struct outcome *outcome, const struct sites *sites,
                          const struct run_options *options);
/* The files. False: one could not be written, which has been said. */
bool site_reports_write(struct reports *reports, const struct sites *sites,
                        const struct outcome *outcome);
/* The table of the process that matters most. False: with errno. */
bool site_reports_table(FILE *file, const struct sites *sites);
/* Are call sites to be collected; and where programs crash? */
bool site_reports_want_sites(const struct run_options *options);
bool site_reports_want_crashes(const struct run_options *options);

#endif
