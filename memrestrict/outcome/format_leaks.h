/* SPDX-License-Identifier: MIT
 *
 * What was lost, for people and as JSON.
 */
#ifndef MEMRESTRICT_FORMAT_LEAKS_H
#define MEMRESTRICT_FORMAT_LEAKS_H

#include "outcome/outcome.h"

#include <jansson.h>
#include <stdio.h>

/* All processes that looked, or could not. `wide`: the whole stack of each call site. */
void format_leaks(FILE *file, const struct outcome *outcome, bool wide);
/* ", lost 3 blocks of 96 bytes": nothing if there are none. */
void format_leaks_clause(FILE *file, const struct outcome *outcome);
/* Of one process; null if nobody was to look there. */
json_t *format_leaks_json(const struct outcome *outcome, const struct process *process);
/* Of the whole run; null if it was not asked for. */
json_t *format_leaks_sum_json(const struct outcome *outcome);

#endif
