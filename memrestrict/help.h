/* SPDX-License-Identifier: MIT
 *
 * memrestrict help: the options, or the library's settings in the environment.
 */
#ifndef MEMRESTRICT_HELP_H
#define MEMRESTRICT_HELP_H

#include <stdio.h>

/* The subcommand: argv[0] is "help". Returns the exit status. */
int help_main(int argc, char **argv);

/* The table of subcommands, a line each, below a head. */
void help_write_commands(FILE *file);

#endif
