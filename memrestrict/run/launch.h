/* SPDX-License-Identifier: MIT
 *
 * Starts the program: in a process of its own, with all that the command was given (descriptors,
 * signals, limits, group, terminal), and with the library and its settings in the environment.
 */
#ifndef MEMRESTRICT_LAUNCH_H
#define MEMRESTRICT_LAUNCH_H

#include "base/held_child.h"
#include "base/variables.h"
#include "run/signals.h"

#include <stdbool.h>

struct launch {
    char **argv;
    const struct variable *variables; /* ended by one without a name */
    const struct signals *signals;
    bool (*enter)(void *context); /* the last thing before exec; NULL: nothing. False: errno */
    void *context;
};

/* Makes the process that will be the program: it waits. False: with errno. */
bool launch_prepare(const struct launch *launch, struct held_child *launched);
/* Lets it become the program. 0: it did; else the errno value of why not, and it is gone. */
int launch_go(struct held_child *launched);
/* The second part of that, for who has something to do between held_child_let_go and it. */
int launch_result(struct held_child *launched, bool told);
/* It goes away, and nothing was run. */
void launch_cancel(struct held_child *launched);

/* Puts /dev/null in the place of a stream of ours: who is at the other end of its pipe must see
 * what the program does with it, not that we have it. */
void launch_let_go_of(int stream);

#endif
