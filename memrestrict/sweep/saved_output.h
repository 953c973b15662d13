/* SPDX-License-Identifier: MIT
 *
 * What a program printed in the trials of findings, kept in a folder: NUMBER-OUTCOME.stdout and
 * .stderr, with the numbers counted from 1.
 */
#ifndef MEMRESTRICT_SAVED_OUTPUT_H
#define MEMRESTRICT_SAVED_OUTPUT_H

#include "sweep/trial_record.h"

struct kept {
    const char *folder; /* NULL: nothing is kept */
    unsigned count;
};

/* Makes the folder if it is not there. False: this has been said. */
bool kept_open(struct kept *kept, const char *folder);
/* Copies both files, and notes in the record where they are; nothing if it is no finding. False:
 * this has been said. */
bool kept_add(struct kept *kept, struct record *record, const char *out, const char *err);

#endif
