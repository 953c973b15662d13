/* SPDX-License-Identifier: MIT
 *
 * A file that an option names, opened before anything is run, so that one that cannot be written is
 * known then, and emptied only when there is something to write.
 */
#ifndef MEMRESTRICT_OUTPUT_FILE_H
#define MEMRESTRICT_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct output_file {
    const char *option; /* "json" */
    const char *path;   /* "-" is stdout; NULL: not wanted */
    FILE *file;
    bool made; /* it was not there before */
};

/* `path` may be NULL. Both stay the caller's. False: it cannot be written, which was said. */
bool output_file_open(struct output_file *output, const char *option, const char *path);
bool output_file_is_stdout(const struct output_file *output);
/* Writes it by `write`, which returns false with errno if it cannot, and closes it. False:
 * something could not be written, which was said. What is not wanted is not written. */
bool output_file_write(struct output_file *output, bool (*write)(FILE *, const void *),
                       const void *what);
/* Nothing was written, unless it was: closes it, and takes it away if it was not there before. */
void output_file_undo(struct output_file *output);

#endif
