/* SPDX-License-Identifier: MIT
 *
 * What the command has to say for itself: lines on stderr that begin with its name; and the exit
 * statuses that are not the program's.
 */
#ifndef MEMRESTRICT_MESSAGE_H
#define MEMRESTRICT_MESSAGE_H

enum {
    EXIT_TIME_LIMIT = 124, /* our time limit ended the program */
    EXIT_OURS = 125,       /* the command itself failed */
    EXIT_CANNOT_RUN = 126, /* the program is there, but cannot be executed */
    EXIT_NOT_FOUND = 127,
};

/* "memrestrict: ...", one line, written at once; what would steer a terminal or is no UTF-8 becomes
 * \xNN. The format has no newline. Leaves errno alone. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whose --help is to be pointed to. Stays the caller's; without it, that of the whole command. */
void message_subcommand(const char *name);

/* As message(), with a second line that points to --help. Returns EXIT_OURS. */
int message_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
