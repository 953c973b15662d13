/* SPDX-License-Identifier: MIT
 *
 * What a sweep found, for people and for machines. Each returns false if it could not be written,
 * with errno.
 */
#ifndef MEMRESTRICT_FORMAT_FINDINGS_H
#define MEMRESTRICT_FORMAT_FINDINGS_H

#include "sweep/findings.h"

struct findings_style {
    bool color;
    bool verbose; /* with call stacks */
    bool quiet;   /* the last line alone */
};

/* For a terminal: each finding with its replay line, and a last line that sums up. */
bool format_findings_text(FILE *file, const struct findings *findings,
                          const struct journal *journal, const struct findings_style *style);

/* One document: the sweep, findings, and all trials. */
bool format_findings_json(FILE *file, const struct findings *findings,
                          const struct journal *journal);
/* A test case for each trial; findings that are known or suppressed do not fail. */
bool format_findings_junit(FILE *file, const struct findings *findings,
                           const struct journal *journal);
bool format_findings_tap(FILE *file, const struct findings *findings,
                         const struct journal *journal);
/* SARIF 2.1.0 (OASIS): a result for each finding. */
bool format_findings_sarif(FILE *file, const struct findings *findings,
                           const struct journal *journal);

#endif
