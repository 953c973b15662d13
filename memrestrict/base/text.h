/* SPDX-License-Identifier: MIT
 *
 * Text made safe. A program's name and arguments are any bytes: what would steer a terminal or is
 * no UTF-8 is written as \xNN, everywhere the same.
 */
#ifndef MEMRESTRICT_TEXT_H
#define MEMRESTRICT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What stands behind the last slash; a part of `path`, or all of it. */
const char *text_last_part(const char *path);

/* Does the text begin with that? */
bool text_begins(const char *text, const char *start);

/* Writes text made safe, as the head of this file says. */
void text_safe(FILE *file, const char *text);
/* The same as a string; the caller frees it. NULL: no memory. */
char *text_safe_string(const char *text);

/* The same of several lines, whose ends stay. */
char *text_safe_lines(const char *text);

/* The length of the UTF-8 character that `text` begins with: 1 to 4; 0: it is none. */
unsigned text_utf8(const char *text);
/* Columns of a terminal that valid UTF-8 takes at most. */
size_t text_width(const char *text);
/* Writes at most `width` columns of it; the last of them says if there were more. Returns how many
 * were written. */
size_t text_cut(FILE *file, const char *text, size_t width);

#endif
