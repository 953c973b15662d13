/* SPDX-License-Identifier: MIT
 *
 * All call sites of a run as they were collected, by module and offset, for programs that compare
 * runs: JSON with a name for each site that is the same in every run. No symbol is looked up.
 */
#ifndef MEMRESTRICT_FORMAT_SITE_LIST_H
#define MEMRESTRICT_FORMAT_SITE_LIST_H

#include "sites/sites.h"

#include <stdio.h>

/* Without the sites themselves, if they are `elsewhere` (format_site_records.h). False with errno:
 * not all could be written. */
bool format_site_list(FILE *out, const struct sites *sites, bool elsewhere);

#endif
