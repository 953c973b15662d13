/* SPDX-License-Identifier: MIT
 *
 * The table of a run's processes, for people: who was refused first, then by falling peak, and of
 * thousands only the first some.
 */
#ifndef MEMRESTRICT_VERDICT_TABLE_H
#define MEMRESTRICT_VERDICT_TABLE_H

#include "outcome/verdict.h"

/* Nothing, if the outcome has no processes. False: no memory. */
bool verdict_table(FILE *file, const struct outcome *outcome, const struct verdict_style *style);

#endif
