/* SPDX-License-Identifier: MIT
 *
 * Where a process was when a signal ended it, for the call sites' memory (sites_area.h): handlers
 * for the signals that a program's mistakes raise. They are there only where the program has none
 * itself, take down the stack, and let the signal do what it would have done: end the process, with
 * a core that shows the place.
 */
#ifndef MEMRESTRICT_CRASH_H
#define MEMRESTRICT_CRASH_H

/* Once, after sites_join; does nothing where the command did not ask for it. Without memory for a
 * stack of its own a handler cannot tell of a stack overflow. */
void crash_start(void);

#endif
