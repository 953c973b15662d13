/* SPDX-License-Identifier: MIT
 *
 * Call sites as collapsed stacks, "outermost;...;innermost BYTES", a line each: what flame graphs
 * are made of. The program's name is the outermost frame of all.
 */
#ifndef MEMRESTRICT_FORMAT_COLLAPSED_H
#define MEMRESTRICT_FORMAT_COLLAPSED_H

#include "sites/sites.h"
#include "sites/symbols.h"

#include <stdio.h>

/* What all processes held at their peaks. */
void format_collapsed(FILE *out, const struct sites *sites, struct symbols *symbols);

#endif
