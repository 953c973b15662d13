/* SPDX-License-Identifier: MIT
 *
 * A process of ours that is to become a program: it waits for a word, so that others can be told of
 * it before, and says what stood in its way. If the command goes away first, nothing is run.
 */
#ifndef MEMRESTRICT_HELD_CHILD_H
#define MEMRESTRICT_HELD_CHILD_H

#include <stdbool.h>
#include <stddef.h>

struct held_child {
    int pid;
    int go, complaint; /* descriptors; -1: closed */
};

/* Runs in the new process, when it is let go: execs. If that cannot be, it writes to `complaint`,
 * once, and returns; the process ends with EXIT_OURS. */
typedef void held_child_become(const void *context, int complaint);

/* Makes it. False: with errno. */
bool held_child_make(struct held_child *child, held_child_become *become, const void *context);
/* Lets it go on. False: it is gone. */
bool held_child_let_go(struct held_child *child);
/* Waits until it is the program, or dead. True: it could not become it, and *what is what it wrote,
 * `size` bytes. */
bool held_child_complains(struct held_child *child, void *what, size_t size);
/* It is not let go any more, and ends by itself: to be waited for. */
void held_child_drop(struct held_child *child);
/* Waits for its end. */
void held_child_reap(const struct held_child *child);

#endif
