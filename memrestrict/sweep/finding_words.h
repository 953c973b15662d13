/* SPDX-License-Identifier: MIT
 *
 * Findings in words: what all reports of a sweep say alike.
 */
#ifndef MEMRESTRICT_FINDING_WORDS_H
#define MEMRESTRICT_FINDING_WORDS_H

#include "sweep/findings.h"

/* "crash by SIGSEGV in parse_line (conf.c:41)" */
void finding_what(FILE *file, const struct journal_record *record);
/* "when malloc of 24 bytes fails in xstrdup (util.c:12)" */
void finding_when(FILE *file, const struct journal_record *record);
/* Both, as a string; the caller frees it. NULL: no memory. */
char *finding_sentence(const struct journal_record *record);

/* The command line that shows it alone; and the same under a debugger. The caller frees them. NULL:
 * no memory. */
char *finding_replay(const struct sweep_head *head, const struct journal_record *record);
char *finding_debug(const struct sweep_head *head, const struct journal_record *record);

/* " (1 crash, 3 swallowed)": how many there are of each kind, known and suppressed ones left out;
 * nothing if there are none. */
void findings_kinds(FILE *file, const struct findings *findings);
/* "264 trials of 132 call sites: 14 went wrong, 180 handled, 70 tolerated" */
void findings_counts(FILE *file, const struct findings *findings, const struct journal *journal);

#endif
