/* SPDX-License-Identifier: MIT
 *
 * A descriptor, handed from one process to another through a socket.
 */
#ifndef MEMRESTRICT_FD_PASS_H
#define MEMRESTRICT_FD_PASS_H

#include <stdbool.h>

/* To receive from, and to send to. False: both are -1, with errno. */
bool fd_pass_open(int ends[2]);
bool fd_pass_send(int to, int fd);
/* One that was sent, without waiting: close-on-exec and above 2. -1: none was. */
int fd_pass_receive(int from);

#endif
