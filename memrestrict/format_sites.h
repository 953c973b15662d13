/* SPDX-License-Identifier: MIT
 *
 * Call sites as a table for the terminal: the largest first.
 */
#ifndef MEMRESTRICT_FORMAT_SITES_H
#define MEMRESTRICT_FORMAT_SITES_H

#include "sites.h"
#include "symbols.h"

#include <stdio.h>

/* The `most` largest sites of a process at its first refusal (if there was one), its peak and its
 * end. */
void format_sites(FILE *out, const struct sites_process *process, struct symbols *symbols,
                  unsigned most);

#endif
