/* SPDX-License-Identifier: MIT
 *
 * A file line by line, as a stranger may have written it: no line is taken that is longer than it
 * can be, so that what has no lines, or no end, does not fill the memory.
 */
#ifndef MEMRESTRICT_LINES_H
#define MEMRESTRICT_LINES_H

#include <stdbool.h>
#include <stdio.h>

struct lines {
    FILE *file;
    size_t most; /* bytes of a line */
    char *text;  /* of this line, with its end; a zero follows. NULL: there was none */
    size_t length, room;
    size_t number; /* of this line, counted from 1 */
    bool failed; /* a line was too long, or there is no memory for it: the file is not at its end */
};

/* { .file, .most } at first. False: there is none, or `failed`. */
bool lines_next(struct lines *lines);
/* The line does not end where the next begins: the file ends in it. */
bool lines_is_cut(const struct lines *lines);
void lines_end(struct lines *lines); /* the file stays open */

#endif
