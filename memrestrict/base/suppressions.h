/* SPDX-License-Identifier: MIT
 *
 * A file of suppressions, as --suppress takes it: a line is OUTCOME:GLOB, or *:GLOB, over a place
 * ("parse_line@conf.c") and, if the glob has no @, over each function of a stack. A # at the
 * beginning of a line or after white space begins a comment.
 */
#ifndef MEMRESTRICT_SUPPRESSIONS_H
#define MEMRESTRICT_SUPPRESSIONS_H

#include "base/string_list.h"

#include <stdbool.h>

/* Is the line understood? Without its comment and the spaces around, and never empty. */
typedef bool suppressions_take(void *context, const char *line);

/* Each line of such a file, or of another of that form. False: it cannot be read, which has been
 * said with the option's name, or one was not understood: with `accepted`. */
bool suppressions_each(const char *option, const char *path, suppressions_take *take, void *context,
                       const char *accepted);
/* Does a glob, what follows the outcome, mean it? A word of the stack is "parse_line (conf.c:41)".
 */
bool suppressions_fit(const char *glob, const char *place, const struct string_list *stack);

struct suppressions; /* those of one outcome */

/* Those of the file that are of that outcome, or of all. NULL: it cannot be read or understood,
 * which has been said with the option's name. */
struct suppressions *suppressions_read(const char *option, const char *path, const char *outcome);
/* NULL is ignored. */
void suppressions_free(struct suppressions *suppressions);

/* Does one of them mean it? NULL: none does. */
bool suppressions_mean(const struct suppressions *suppressions, const char *place,
                       const struct string_list *stack);

#endif
