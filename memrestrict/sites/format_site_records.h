/* SPDX-License-Identifier: MIT
 *
 * The call sites of a run as numbers (base/site_records.h), for whoever compares thousands of runs.
 */
#ifndef MEMRESTRICT_FORMAT_SITE_RECORDS_H
#define MEMRESTRICT_FORMAT_SITE_RECORDS_H

#include "sites/sites.h"

#include <stdio.h>

/* False with errno: not all could be written. */
bool format_site_records(FILE *out, const struct sites *sites);

#endif
