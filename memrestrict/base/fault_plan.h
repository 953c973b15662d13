/* SPDX-License-Identifier: MIT
 *
 * A plan of faults on its way from the command line to the library: judged by the library's own
 * grammar, and given a seed where it draws lots without one.
 */
#ifndef MEMRESTRICT_FAULT_PLAN_H
#define MEMRESTRICT_FAULT_PLAN_H

#include <stdbool.h>

/* Can it be understood? If not, that is said, with a caret under the word; `where` names the option
 * or the variable. */
bool fault_plan_check(const char *where, const char *text);

/* The plan, which was checked, with all its seeds, and whether one of them was made here. Static,
 * or the text itself. */
const char *fault_plan_whole(const char *text, bool *seed_made);

#endif
