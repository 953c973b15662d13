/* SPDX-License-Identifier: MIT
 *
 * The outcome as JSON, for programs. The object is described in memrestrict(1): "schema" and
 * "version" come first; members are added, never changed, within a version. Sizes are integers of
 * bytes (at most 2^63-1), unlimited is null, times are nanoseconds. Bytes that are no UTF-8 become
 * \xNN, and "argv_hex" then has the arguments as they were.
 */
#ifndef MEMRESTRICT_FORMAT_JSON_H
#define MEMRESTRICT_FORMAT_JSON_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes and flushes; the file stays open. False: with errno, it could not be written. */
bool format_json(FILE *file, const struct outcome *outcome);

#endif
