/* SPDX-License-Identifier: MIT
 *
 * Call sites as massif.out, which ms_print and massif-visualizer read: detailed snapshots at the
 * first refusal, the peak and the end. Time is in milliseconds since the process began.
 */
#ifndef MEMRESTRICT_FORMAT_MASSIF_H
#define MEMRESTRICT_FORMAT_MASSIF_H

#include "sites/sites.h"
#include "sites/symbols.h"

#include <stdio.h>

/* One process: the format knows no more. `command` is its line for people. */
void format_massif(FILE *out, const struct sites_process *process, struct symbols *symbols,
                   const char *command);

#endif
