/* SPDX-License-Identifier: MIT
 *
 * In a run that the library limits, the programs that it does not get into: static ones, of another
 * word size, where it cannot be read. Whoever is about to start one asks (exec_notes.h); it is then
 * traced, and limited by ptrace from its exec on, and so is all that descends from it. In a tree
 * all of them are charged to one place of the command's own in the accounts.
 */
#ifndef MEMRESTRICT_TAKEN_H
#define MEMRESTRICT_TAKEN_H

#include "outcome/outcome.h"
#include "run/library.h"
#include "run/options.h"
#include "run/roster.h"

#include <stdbool.h>

struct taken;

/* Rows and warnings go into the outcome; its limits hold. All but `taken` stay the caller's. NULL:
 * not wanted, or not to be had here: then nobody asks. */
struct taken *taken_open(const struct run_options *options, const struct library *library,
                         struct roster *roster, struct outcome *outcome);
/* NULL may be given to all that follows: nothing is taken.
 *
 * The program's own process is this. */
void taken_watch(struct taken *taken, int pid);

/* Answers, and deals with what has happened, without waiting: SIGCHLD says when there is more. */
void taken_attend(struct taken *taken);
bool taken_is_any(const struct taken *taken);
/* Is that process taken? */
bool taken_has(const struct taken *taken, int pid);
/* Was the program's own taken, and has it ended? As waitpid(2) has it. */
bool taken_has_ended(const struct taken *taken, int *status);

/* The end: what is left is ended, since it could not go on, and nothing is taken any more. */
void taken_end(struct taken *taken);
void taken_close(struct taken *taken);

#endif
