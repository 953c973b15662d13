/* SPDX-License-Identifier: MIT
 *
 * The files that a run writes. All are opened before the program starts, so that one that cannot be
 * written is known then; none is emptied before the program has started, or was found not to start.
 */
#ifndef MEMRESTRICT_REPORTS_H
#define MEMRESTRICT_REPORTS_H

#include "base/output.h"
#include "run/options.h"
#include "outcome/outcome.h"

#include <stdio.h>

struct reports {
    struct output of[REPORT_COUNT];
};

/* Opens what the options name; `pid` and `name` are the program's. False: one cannot be written,
 * or two are the same, which has been said; all are undone. */
bool reports_open(struct reports *reports, const struct run_options *options, int pid,
                  const char *name);
/* Can files of a pattern of --report be made, as far as can be told before a process makes one?
 * False: this has been said. */
bool reports_can_take(const char *pattern);
/* The program has started, or could not be: empties them. */
void reports_start(struct reports *reports);
/* Nothing was run: takes away those that were not there, and that are not finished. */
void reports_undo(struct reports *reports);

/* Does one go there? */
bool reports_use_stdout(const struct reports *reports);

/* Where to write one. NULL: it is not wanted, or cannot be made, which has been said. */
FILE *reports_file(struct reports *reports, enum report_kind kind);
/* After the last write to it, and `written` says whether that went well. False: it did not, or
 * the rest could not be written, which has been said. */
bool reports_finish(struct reports *reports, enum report_kind kind, bool written);
/* The outcome in each of the formats for machines that is wanted. False: one could not be written,
 * which has been said. */
bool reports_write_formats(struct reports *reports, const struct outcome *outcome);

#endif
