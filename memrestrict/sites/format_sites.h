/* SPDX-License-Identifier: MIT
 *
 * Call sites as a table for the terminal: the largest first.
 */
#ifndef MEMRESTRICT_FORMAT_SITES_H
#define MEMRESTRICT_FORMAT_SITES_H

#include "base/string_list.h"
#include "sites/sites.h"
#include "sites/symbols.h"

#include <stdio.h>

/* The `most` largest sites of a process at its first refusal (if there was one), its peak and its
 * end. */
void format_sites(FILE *out, const struct sites_process *process, struct symbols *symbols,
                  unsigned most);

/* The one function of a stack that people look for, with its file and line: "copy (names.c:22)".
 * The caller frees it. NULL: no memory. */
char *format_sites_place(const struct sites_stack *stack, struct symbols *symbols);
/* The same without its line, as suppressions know it: "copy@names.c", or "copy@libnames.so". */
char *format_sites_key(const struct sites_stack *stack, struct symbols *symbols);
/* Adds every frame, innermost first, but for what every stack begins with. False: no memory. */
bool format_sites_frames(const struct sites_stack *stack, struct symbols *symbols,
                         struct string_list *frames);

#endif
