/* SPDX-License-Identifier: MIT
 *
 * Globs as in the shell: * ? [a-z] [!a-z] \*. The C library's fnmatch(3) may allocate, so that it
 * can stand in no malloc.
 */
#ifndef MEMRESTRICT_PATTERN_H
#define MEMRESTRICT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Does all of `word` match all of `pattern`, of so many characters each? */
bool pattern_matches(const char *pattern, size_t length, const char *word, size_t word_length);

#endif
