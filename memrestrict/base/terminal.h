/* SPDX-License-Identifier: MIT
 *
 * The terminal on standard output: its size, whether one wants colours, and its second screen, for
 * a view that is drawn again and again. What it was before comes back whatever ends the command,
 * except SIGKILL.
 */
#ifndef MEMRESTRICT_TERMINAL_H
#define MEMRESTRICT_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/* What a terminal is told (ECMA-48). */
#define TERMINAL_BOLD "\033[1m"
#define TERMINAL_DIM "\033[2m"
#define TERMINAL_RED "\033[31m"
#define TERMINAL_GREEN "\033[32m"
#define TERMINAL_YELLOW "\033[33m"
#define TERMINAL_BLUE "\033[34m"
#define TERMINAL_MAGENTA "\033[35m"
#define TERMINAL_CYAN "\033[36m"
#define TERMINAL_PLAIN "\033[0m"
#define TERMINAL_HOME "\033[H"
#define TERMINAL_CLEAR_LINE "\033[K"
#define TERMINAL_CLEAR_REST "\033[J"

struct terminal_size {
    unsigned width, height; /* characters */
};

/* Of COLUMNS where that is set and standard output is no terminal; 80 and 24 where nothing is
 * known. */
struct terminal_size terminal_size(void);

/* What --color was given. */
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Is it a terminal that knows escape sequences, and is there no NO_COLOR? */
bool terminal_wants_color(int fd);

/* Switches to the second screen, keys without echo. False: there is no terminal on standard input
 * and output, or one that cannot, which has been said for the subcommand `name`, with what there is
 * `instead`. */
bool terminal_open(const char *name, const char *instead);
void terminal_close(void);

enum terminal_event {
    TERMINAL_TIME, /* the time ran out */
    TERMINAL_DRAW, /* the size changed, or we were stopped meanwhile */
    TERMINAL_KEY,
    TERMINAL_END /* the terminal is gone */
};

/* Waits for one of these, `nanoseconds` at most; the key is in *key. A signal that ends the command
 * does so here, after the terminal was restored. */
enum terminal_event terminal_wait(uint64_t nanoseconds, char *key);

#endif
