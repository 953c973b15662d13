/* SPDX-License-Identifier: MIT
 *
 * A file that is replaced in one step: the new one is written beside it. A link stays, and what it
 * leads to is replaced; the mode stays, too.
 */
#ifndef MEMRESTRICT_REPLACE_FILE_H
#define MEMRESTRICT_REPLACE_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct replace_file {
    FILE *file; /* to write to */
    char *real, *temporary;
};

/* The path must be plain (file_kind.h). False with errno: there is none beside it, and nothing to
 * close. */
bool replace_file_open(struct replace_file *replace, const char *path);
/* If what was written is `good`, it takes the file's place; else it is gone. False with errno: the
 * file is as it was. */
bool replace_file_close(struct replace_file *replace, bool good);

#endif
