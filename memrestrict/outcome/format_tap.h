/* SPDX-License-Identifier: MIT
 *
 * The outcome as TAP 13: one point, the run, with its figures as a YAML block. It is ok if the
 * program ended with status 0, refused or not, unless refusals are to be failures.
 */
#ifndef MEMRESTRICT_FORMAT_TAP_H
#define MEMRESTRICT_FORMAT_TAP_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes and flushes; the file stays open. False: with errno, it could not be written. */
bool format_tap(FILE *file, const struct outcome *outcome);

#endif
