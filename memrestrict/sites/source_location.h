/* SPDX-License-Identifier: MIT
 *
 * Call stacks from JSON (module and offset) in words: every frame, and the one that people look
 * for, which is not in the C library or another piece of plumbing.
 */
#ifndef MEMRESTRICT_SOURCE_LOCATION_H
#define MEMRESTRICT_SOURCE_LOCATION_H

#include "base/string_list.h"

struct source_locations;

struct source_location {
    char *words;    /* "parse_line (conf.c:41)" */
    char *function; /* "parse_line@conf.c", or "parse_line@libconf.so" */
    char *file;     /* NULL: unknown */
    int line;       /* 0: unknown */
    char *object;   /* "libconf.so"; NULL: unknown */
    char *path;     /* of that; NULL: unknown */
};

/* NULL: no memory. */
struct source_locations *source_locations_open(void);
void source_locations_close(struct source_locations *locations);

/* Adds the stack's frames to *stack (unless that is NULL), innermost first, and tells its place;
 * the caller frees both. `objects` and `frames` as --site-list writes them, kept until
 * source_locations_close. Without frames the place is unknown, in words as well. False: no memory.
 */
bool source_locations_find(struct source_locations *locations, const json_t *objects,
                           const json_t *frames, struct string_list *stack,
                           struct source_location *place);

/* A call stack, as --site-list writes it. */
struct source_stack {
    const json_t *objects, *frames;
};

/* If both stacks, that of a call that failed and that of a crash, have begun in one function of the
 * C library with nothing else within, *place becomes that function. False: no memory. */
bool source_locations_blame_library(struct source_locations *locations,
                                    const struct source_stack *failed,
                                    const struct source_stack *crash,
                                    struct source_location *place);
void source_location_free(struct source_location *place);

#endif
