/* SPDX-License-Identifier: MIT
 *
 * The command line of a process, as the kernel shows it, for people to read.
 */
#ifndef MEMRESTRICT_COMMAND_LINE_H
#define MEMRESTRICT_COMMAND_LINE_H

/* Words with spaces between, cut short. NULL: it has ended, or cannot be looked at, or there is no
 * memory. To be freed. */
char *command_line_read(int pid);

#endif
