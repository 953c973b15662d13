/* SPDX-License-Identifier: MIT
 *
 * The outcome as JUnit XML, in the subset that GitLab, Jenkins and GitHub have in common: one suite
 * with one case, the run. It passes if the program ended with status 0, refused or not, unless
 * refusals are to be failures.
 */
#ifndef MEMRESTRICT_FORMAT_JUNIT_H
#define MEMRESTRICT_FORMAT_JUNIT_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes and flushes; the file stays open. False: with errno, it could not be written. */
bool format_junit(FILE *file, const struct outcome *outcome);

#endif
