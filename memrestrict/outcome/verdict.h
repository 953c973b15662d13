/* SPDX-License-Identifier: MIT
 *
 * The verdict for people: one line that says what was refused and how the program ended, and a
 * table of its processes.
 */
#ifndef MEMRESTRICT_VERDICT_H
#define MEMRESTRICT_VERDICT_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdio.h>

struct verdict_style {
    bool color;  /* escape sequences are welcome */
    bool always; /* also when nothing was refused */
    bool table;  /* of the processes, though not several of them were refused */
    bool wide;   /* cut nothing, as for a file; else a table fits into COLUMNS or the terminal */
};

/* The warnings, each as a line of its own, then the verdict. All is flushed; false: it could not be
 * written. A program that was never started gets the warnings alone. */
bool verdict_print(FILE *file, const struct outcome *outcome, const struct verdict_style *style);
/* The warnings alone, for who wants no verdict. */
bool verdict_warnings(FILE *file, const struct outcome *outcome);

#endif
