/* SPDX-License-Identifier: MIT
 *
 * Which bytes of a stranger's text may be shown: valid UTF-8 that steers no terminal.
 */
#ifndef MEMRESTRICT_UTF8_H
#define MEMRESTRICT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the UTF-8 character that `text`, which has `room` bytes, begins with: 1 to 4; 0: it
 * is none. */
unsigned utf8_length(const char *text, size_t room);
/* Is that character a control? C0, DEL, and C1, which some terminals obey too. */
bool utf8_steers(const char *text, unsigned length);

#endif
