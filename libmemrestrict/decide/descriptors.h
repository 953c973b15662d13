/* SPDX-License-Identifier: MIT
 *
 * What a copy of the process shares with it through descriptors, taken apart: its output goes to
 * files of its own, and what it reads or where it writes in files moves no offset of the other.
 */
#ifndef MEMRESTRICT_DESCRIPTORS_H
#define MEMRESTRICT_DESCRIPTORS_H

#include <stdbool.h>

/* In the copy. Standard output and standard error, by whatever descriptors, are the files `out` and
 * `err`, made anew; a standard input that is no file is empty; files and folders are opened anew.
 * Pipes, sockets and terminals that the program has otherwise stay shared. False: the output could
 * not be taken apart, and the copy must not go on. */
bool descriptors_take_apart(const char *out, const char *err);

#endif
