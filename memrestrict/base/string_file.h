/* SPDX-License-Identifier: MIT
 *
 * A string that is written as a file is.
 */
#ifndef MEMRESTRICT_STRING_FILE_H
#define MEMRESTRICT_STRING_FILE_H

#include <stdio.h>

struct string_file {
    FILE *file;
    char *text;
    size_t length;
};

/* To write to; every open is followed by one close. NULL: no memory, and nothing to close. */
FILE *string_file_open(struct string_file *string);
/* What was written; the caller frees it. NULL: not all of it found room. */
char *string_file_close(struct string_file *string);

#endif
