/* SPDX-License-Identifier: MIT
 *
 * A file in Markdown for each finding, to be pasted into a bug report: NUMBER-KEY.md, with the
 * numbers of the text.
 */
#ifndef MEMRESTRICT_BUG_REPORTS_H
#define MEMRESTRICT_BUG_REPORTS_H

#include "sweep/findings.h"

/* Makes the folder if it is not there; NULL is well. False: this has been said. */
bool bug_reports_open(const char *folder);
/* Of what is neither known nor suppressed. False: this has been said. */
bool bug_reports_write(const char *folder, const struct findings *findings);

#endif
