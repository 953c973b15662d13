/* SPDX-License-Identifier: MIT
 *
 * What is not the same in two runs of a program that should be: in words, for people.
 */
#ifndef MEMRESTRICT_RUN_DIFF_H
#define MEMRESTRICT_RUN_DIFF_H

#include "sweep/journal_record.h"
#include "sweep/site_index.h"

/* Adds a note if call sites were met more often in one run than in the other, with one of them.
 * False: no memory. */
bool run_diff_sites(const struct site_index *one, const struct site_index *other,
                    struct string_list *notes);
/* Adds a note of the first line in which two outputs, which differ, do so. False as above. */
bool run_diff_outputs(const char *one, const char *other, struct string_list *notes);

#endif
