/* SPDX-License-Identifier: MIT
 *
 * The table of subcommands. What is not in it is a program to run.
 */
#ifndef MEMRESTRICT_COMMANDS_H
#define MEMRESTRICT_COMMANDS_H

#include <stdio.h>

struct command {
    const char *name;
    int (*main)(int argc, char **argv); /* argv[0] is the name; returns the exit status */
    const char *arguments;              /* for the help */
    const char *help;                   /* one line */
};

/* Ended by a row without a name. */
extern const struct command commands[];

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* help.c, which prints the table that it is in: argv[0] is "help". Returns the exit status. */
int help_main(int argc, char **argv);

/* The table, a line a row, below a head. */
void help_write_commands(FILE *file);

#endif
