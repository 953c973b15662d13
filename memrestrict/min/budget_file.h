/* SPDX-License-Identifier: MIT
 *
 * A file that keeps what programs need, for CI: a line for each, "BYTES COMMAND LINE", quoted as a
 * shell reads it; lines that begin with # are comments. It may be written by hand, with sizes such
 * as 64M.
 */
#ifndef MEMRESTRICT_BUDGET_FILE_H
#define MEMRESTRICT_BUDGET_FILE_H

#include "base/output.h"

#include <stdbool.h>
#include <stdint.h>

struct budget_file {
    const char *path;
    struct output output; /* open where it is to be updated */
    char *key;            /* the command line as the file has it */
    bool has;             /* there is a line for it */
    uint64_t bytes;       /* of that */
};

/* `argv`: the program and its arguments. A file that is not there is empty if it is to be
 * `updated`. False: it cannot be read (or written, for that), a line cannot be understood, or there
 * is no memory; this was said. */
bool budget_file_open(struct budget_file *file, const char *path, char *const *argv, bool updated);
/* Puts the number there, and leaves all other lines as they are. False: it cannot be written, which
 * was said. */
bool budget_file_update(struct budget_file *file, uint64_t bytes);
void budget_file_close(struct budget_file *file);

#endif
