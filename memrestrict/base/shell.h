/* SPDX-License-Identifier: MIT
 *
 * Words as a shell reads them.
 */
#ifndef MEMRESTRICT_SHELL_H
#define MEMRESTRICT_SHELL_H

#include <stdio.h>

/* Writes a word, quoted where that is needed: 'two words', and $'\x1b' for what would steer a
 * terminal or is no UTF-8 (which bash, ksh and zsh read). Always one line. */
void shell_word(FILE *file, const char *word);
/* Several, ended by NULL, with spaces between. */
void shell_words(FILE *file, char *const *words);
/* The same as a string; the caller frees it. NULL: no memory. */
char *shell_line(char *const *words);

#endif
