/* SPDX-License-Identifier: MIT
 *
 * Starts a program and stops it at a moment, with all its threads, so that one can look at it; by
 * ptrace(2), so static programs too. Its children run on untraced.
 */
#ifndef MEMRESTRICT_START_H
#define MEMRESTRICT_START_H

#include "layout/moment.h"

/* False: it could not be run, or the moment did not come, which was said; *status is what to exit
 * with. The program is gone afterwards. */
bool start_and_look(const struct start *start, int *status);

#endif
