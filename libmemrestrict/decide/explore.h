/* SPDX-License-Identifier: MIT
 *
 * A whole sweep in one run (explore_area.h): at each heap call from a stack that nobody has come
 * by, the process makes a copy of itself, in which the call fails and which goes on alone, with
 * output of its own; the process waits for it to end, or ends it after a time, and goes on with
 * real memory. The program's own children, its wait calls and its SIGCHLD see nothing of it. A copy
 * does the same, at sites that the program itself has not come by. Only in processes with one
 * thread.
 */
#ifndef MEMRESTRICT_EXPLORE_H
#define MEMRESTRICT_EXPLORE_H

#include "common/calls.h"
#include "common/explore_area.h"
#include "records/fault.h"

/* Constant after start: is it asked for? */
extern bool explore_on;

/* What is to be done before a copy is made, and after it on either side: as around fork(2). */
struct explore_hooks {
    void (*prepare)(void), (*parent)(void), (*child)(void);
};

/* Once, after sites_join, which it needs. False: it is not asked for, or cannot be. */
bool explore_start(const struct accounts *accounts, const struct explore_hooks *hooks);
/* In the child of a fork that the program made, or another copy of the process. */
void explore_fork_child(void);
/* Is this a copy, or a program that one became? */
bool explore_is_copy(void);

/* The stack from `from` on asks for `size` bytes of the heap. True: this is a copy in which that
 * fails. */
bool explore_strikes(enum call call, uint64_t size, const struct stack_at *from,
                     struct fault *fault);

#endif
