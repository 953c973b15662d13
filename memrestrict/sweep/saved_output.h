/* SPDX-License-Identifier: MIT
 *
 * What a program printed in the trials of findings, kept in a folder: NUMBER-KEY.stdout and
 * .stderr, with the numbers counted from 1.
 */
#ifndef MEMRESTRICT_SAVED_OUTPUT_H
#define MEMRESTRICT_SAVED_OUTPUT_H

#include "sweep/journal_record.h"

enum { SAVED_OUTPUT_NAME = 64 };

struct saved_output {
    const char *folder; /* NULL: nothing is kept */
    unsigned count;
};

/* The record's key as part of a file's name, as far as that is plain. */
void saved_output_name(const struct journal_record *record, char name[SAVED_OUTPUT_NAME]);

/* Makes the folder if it is not there. False: this has been said. */
bool saved_output_open(struct saved_output *kept, const char *folder);
/* Copies both files, and notes in the record where they are; nothing if it is no finding. False:
 * this has been said. */
bool saved_output_add(struct saved_output *kept, struct journal_record *record, const char *out,
                      const char *err);

/* Keeps a file that is the input of all trials; its new path, which the caller frees. NULL: nothing
 * is kept, or it could not be written, which was said. */
char *saved_output_input(const struct saved_output *kept, const char *from);

#endif
