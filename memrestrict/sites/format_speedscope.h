/* SPDX-License-Identifier: MIT
 *
 * Call sites as a file of speedscope's own format, in bytes: a profile for each moment of each
 * process.
 */
#ifndef MEMRESTRICT_FORMAT_SPEEDSCOPE_H
#define MEMRESTRICT_FORMAT_SPEEDSCOPE_H

#include "sites/sites.h"
#include "sites/symbols.h"

#include <stdio.h>

/* False: no memory to make it. */
bool format_speedscope(FILE *out, const struct sites *sites, struct symbols *symbols);

#endif
