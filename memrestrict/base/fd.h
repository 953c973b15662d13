/* SPDX-License-Identifier: MIT
 *
 * Descriptors of the command's own.
 */
#ifndef MEMRESTRICT_FD_H
#define MEMRESTRICT_FD_H

/* The descriptor moved above those of the standard streams, close-on-exec: a command that is
 * started with some of them closed must not take their places. -1 is passed on, with errno. */
int fd_above(int fd);

#endif
