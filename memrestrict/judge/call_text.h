/* SPDX-License-Identifier: MIT
 *
 * A call with its arguments, as strace(1) would write it: unlink("/etc/hosts"). Strings are read
 * from the memory of the thread that stands at it, to be named and for nothing else: they may
 * change at any time.
 */
#ifndef MEMRESTRICT_CALL_TEXT_H
#define MEMRESTRICT_CALL_TEXT_H

#include "engines/tracer.h"

#include <jansson.h>

struct call_text {
    char *call;        /* "unlink" */
    const char *kind;  /* "i386", "x32"; "" is the command's own. Static */
    json_t *arguments; /* strings as they are; what is named, "O_RDONLY"; numbers */
    char *line;        /* both, safe, for people */
};

/* False: no memory. */
bool call_text_make(struct call_text *text, const struct tracer_call *call);
void call_text_free(struct call_text *text);

/* A string of that thread, up to `size` bytes with its end. False: it cannot be read, or is
 * longer. */
bool call_text_string(int tid, uint64_t address, char *string, size_t size);

#endif
