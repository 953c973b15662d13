/* SPDX-License-Identifier: MIT
 *
 * What a sweep has found: trials that went wrong in the same way at the same place are one finding.
 * The worst come first. What is in the baseline is known; what a suppression names is not counted.
 */
#ifndef MEMRESTRICT_FINDINGS_H
#define MEMRESTRICT_FINDINGS_H

#include "sweep/journal.h"

struct finding {
    const struct journal_record *record; /* the trial with the shortest plan: the one to replay */
    size_t trials;                       /* that showed it */
    bool known;                          /* it is in the baseline */
    bool suppressed;
};

struct finding_name; /* by which one is found */

struct findings {
    const struct journal *journal;
    struct finding *list;
    size_t count;
    size_t trials[REACTIONS]; /* by what they showed */
    struct finding_name *names;
    struct finding **by_key; /* NULL: no baseline was looked into */
};

/* Of several faults, those before the last may have had the same outcome already: then it is
 * theirs. Of a journal, which must outlive it. False: no memory. */
bool findings_make(struct findings *findings, const struct journal *journal);
void findings_free(struct findings *findings);

/* The finding that a trial is part of; NULL: it is none. */
const struct finding *findings_of(const struct findings *findings,
                                  const struct journal_record *record);

/* The trial that it is the outcome of: its own, or one of fewer faults. */
const struct journal_record *findings_cause(const struct findings *findings,
                                            const struct journal_record *record);

/* Marks what FILE has; a baseline that is not there knows nothing. False: it cannot be read, or a
 * line cannot be understood; this was said. */
bool findings_baseline(struct findings *findings, const char *file);
bool findings_suppress(struct findings *findings, const char *file);
/* Writes all that is not suppressed there. False: it cannot be written, which was said. */
bool findings_write_baseline(const struct findings *findings, const char *file);

/* Is it one that a job is to fail for? */
bool finding_counts(const struct finding *finding);
/* The worst of those; REACTION_UNREACHED: there is none. */
enum reaction findings_worst(const struct findings *findings);

#endif
