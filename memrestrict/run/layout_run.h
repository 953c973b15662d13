/* SPDX-License-Identifier: MIT
 *
 * Address spaces of a run, looked at while it goes on: for the reason of a failure of the kernel's
 * (kernel_reason.h), and of the program for --layout: as it is found when the first refusal is
 * seen, which is some milliseconds after it, of the process that was refused; else the last look at
 * the program before its end. Nobody is stopped, and one who is dead has no address space: so each
 * look is taken ahead, and says when it was.
 */
#ifndef MEMRESTRICT_LAYOUT_RUN_H
#define MEMRESTRICT_LAYOUT_RUN_H

#include "outcome/outcome.h"
#include "run/reports.h"
#include "run/roster.h"

struct layout_run;

/* All stay the caller's. False: no memory, which has been said. */
bool layout_run_open(struct layout_run **layout, const struct run_options *options,
                     struct roster *roster, const struct outcome *outcome);
void layout_run_close(struct layout_run *layout);

/* Looks at the roster, and far less often at an address space. Returns nanoseconds to the next. */
uint64_t layout_run_look(struct layout_run *layout, uint64_t now);

/* After the end: in the format of the path's ending, .json, .svg, else text. Where nothing was
 * seen, the file and a message say so. False: it cannot be written, which has been said. */
bool layout_run_write(const struct layout_run *layout, struct reports *reports);

/* After the end: why the kernel failed calls that the budget had room for, in the outcome's
 * processes. */
void layout_run_reasons(struct layout_run *layout, struct outcome *outcome);

#endif
