/* SPDX-License-Identifier: MIT
 *
 * Starts the program: in a process of its own, with all that the command was given (descriptors,
 * signals, limits, group, terminal), and with the library and its settings in the environment.
 */
#ifndef MEMRESTRICT_LAUNCH_H
#define MEMRESTRICT_LAUNCH_H

#include "run/signals.h"

#include <stdbool.h>

/* A variable for the program; a value of NULL removes it. */
struct launch_variable {
    const char *name, *value;
};

struct launch {
    char **argv;
    const struct launch_variable *variables; /* ended by one without a name */
    const struct signals *signals;
    bool (*enter)(void *context); /* the last thing before exec; NULL: nothing. False: errno */
    void *context;
};

/* The process that will be the program: it waits. */
struct launched {
    int pid;
    int go, error; /* descriptors */
};

/* Makes it. False: with errno. */
bool launch_prepare(const struct launch *launch, struct launched *launched);
/* Lets it become the program. 0: it did; else the errno value of why not, and it is gone. */
int launch_go(struct launched *launched);
/* The same in two parts, for who has something to do until it has become the program, or died. */
bool launch_let_go(struct launched *launched);
int launch_result(struct launched *launched, bool told);
/* It goes away, and nothing was run. */
void launch_cancel(struct launched *launched);

/* Puts /dev/null in the place of a stream of ours: who is at the other end of its pipe must see
 * what the program does with it, not that we have it. */
void launch_let_go_of(int stream);

#endif
