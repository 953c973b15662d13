/* SPDX-License-Identifier: MIT
 *
 * Our standard input, for programs that are run again and again: each gets it from its beginning.
 * A file is opened anew each time; what comes by a pipe is copied once.
 */
#ifndef MEMRESTRICT_STDIN_COPY_H
#define MEMRESTRICT_STDIN_COPY_H

#include <stdbool.h>
#include <stdint.h>

struct stdin_copy {
    char *path;      /* to open */
    uint64_t offset; /* where our own stood */
};

/* A copy becomes the file `copy`. An input that is a terminal, closed or not readable is empty.
 * False: it could not be copied, which was said, or a signal came (signal_wait.h). */
bool stdin_copy_prepare(struct stdin_copy *input, const char *copy);
/* A descriptor for one program, close-on-exec and above 2. -1 with errno. */
int stdin_copy_open(const struct stdin_copy *input);
/* Is it the file that our own is? */
bool stdin_copy_is_ours(const struct stdin_copy *input);
void stdin_copy_free(struct stdin_copy *input);

/* The file that our stdin is, seen from the working directory, to be named on a command line; the
 * caller frees it. NULL: it is none, or does not stand at its beginning. */
char *stdin_copy_name(void);

#endif
