/* SPDX-License-Identifier: MIT
 *
 * JSON from a file, as a stranger may have written it: no more is taken than such a file can have,
 * so that one without an end does not fill the memory.
 */
#ifndef MEMRESTRICT_JSON_READ_H
#define MEMRESTRICT_JSON_READ_H

#include <jansson.h>

enum { JSON_READ_MOST = 256 << 20 }; /* bytes of a file */

/* All that the file has, which stays open. NULL: error->text says why. */
json_t *json_read(FILE *file, json_error_t *error);

/* One that lies where a program may have put another thing in its place: only a regular file is
 * read, and nothing waits. NULL: there is none, or it has no JSON; what is no such file, or too
 * large, is said. */
json_t *json_read_left(const char *path);

#endif
