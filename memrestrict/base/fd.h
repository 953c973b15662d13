/* SPDX-License-Identifier: MIT
 *
 * Descriptors of the command's own.
 */
#ifndef MEMRESTRICT_FD_H
#define MEMRESTRICT_FD_H

#include <stdbool.h>

/* The descriptor moved above those of the standard streams, close-on-exec: a command that is
 * started with some of them closed must not take their places. -1 is passed on, with errno. */
int fd_above(int fd);
/* A pipe whose ends are such descriptors: to read from, and to write to. False: both are -1, with
 * errno. */
bool fd_pipe(int ends[2]);

#endif
