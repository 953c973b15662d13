/* SPDX-License-Identifier: MIT
 *
 * A file that an option names: all that the command writes goes through here. It is opened before
 * anything is run, so that one that cannot be written is known then, and keeps what it had until
 * there is something new. It is never opened through another user's link (path_open.h), and no FIFO
 * and no device makes the command wait (output_pipe.h).
 */
#ifndef MEMRESTRICT_OUTPUT_H
#define MEMRESTRICT_OUTPUT_H

#include "common/path_open.h"

#include <stdbool.h>
#include <stdio.h>

struct output {
    const char *option; /* "json" */
    char *path;         /* "-" is stdout; NULL: not wanted */
    FILE *file;         /* NULL: not open yet, for it is ... */
    bool replaced;      /* ... made beside what is there, under a name of its own, ... */
    char *temporary;    /* ... which this is, and then renamed */
    bool made;          /* it was not there before */
    bool joined;        /* a descriptor that we were given: others write there as well */
    struct path_place place;
    struct output_pipe *pipe; /* NULL: it is none */
};

/* strerror(3), but for what an error means of a file to be written. */
const char *output_reason(int error);

/* `path` may be NULL; `option` stays the caller's. False: it cannot be written, which was said. */
bool output_open(struct output *output, const char *option, const char *path);
/* The same, for a file that readers must see whole, as it was or as it is: it is replaced in one
 * step. Its mode stays, and so does a link to it. Devices and pipes are written to directly. */
bool output_open_replaced(struct output *output, const char *option, const char *path);
bool output_is_stdout(const struct output *output);

/* Where to write. NULL: it is not wanted, or cannot be made, which was said. */
FILE *output_file(struct output *output);
/* Takes away what was in it. */
void output_empty(struct output *output);
/* After the last write; `written` says whether that went well, else with errno. False: it did not,
 * or the rest could not be written, which was said. */
bool output_close(struct output *output, bool written);
/* All of it in one: writes it by `write`, which returns false with errno if it cannot. What is not
 * wanted is written well. */
bool output_write(struct output *output, bool (*write)(FILE *, const void *), const void *what);
/* Nothing was written, unless it was: takes it away if it was not there before. */
void output_undo(struct output *output);

#endif
