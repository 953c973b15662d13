/* SPDX-License-Identifier: MIT
 *
 * The table of subcommands. What is not in it is a program to run.
 */
#ifndef MEMRESTRICT_COMMANDS_H
#define MEMRESTRICT_COMMANDS_H

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

#endif
