/* SPDX-License-Identifier: MIT
 *
 * Runs seen from outside: the accounts of the commands that this user has running, found among the
 * open files of processes in /proc. Nothing is asked of the commands or of their programs. Of other
 * users nothing is looked at, not even by root: their accounts could be anything.
 */
#ifndef MEMRESTRICT_FIND_RUNS_H
#define MEMRESTRICT_FIND_RUNS_H

#include "common/accounts.h"
#include "base/arguments.h"

#include <stdbool.h>
#include <stddef.h>

struct outside_run {
    int command; /* process ID */
    struct accounts *accounts;
};

/* In order of process IDs. Accounts stay readable when their command ends meanwhile. */
struct outside {
    struct outside_run *runs;
    size_t count;
};

/* False: /proc cannot be read or there is no memory, which has been said. */
bool outside_open(struct outside *outside);
void outside_close(struct outside *outside);

/* The processes of a run that are there now: as accounts_next. */
struct account *outside_next(const struct outside_run *run, unsigned *index);

/* What a process ID on the command line stands for. */
struct outside_target {
    const struct outside_run *run;
    struct account *account; /* NULL: it is the command's, for all of the run */
};

/* False: it is none, or of nothing in `outside`, this has been said. */
bool outside_find(const struct outside *outside, const char *word, struct outside_target *target);
/* The same, but a run without processes is none either. */
bool outside_find_live(const struct outside *outside, const char *word,
                       struct outside_target *target);

/* A subcommand on one target: reads its words, of which the first is a process ID, finds what that
 * stands for, which is live, and acts. What goes wrong is said there. Returns the exit status. */
int outside_command(const struct arguments *arguments, int argc, char **argv,
                    bool (*act)(const struct outside_target *target, char **words));

/* Everything in use by a run: in a tree, what all draw on its budget; else the sum of all
 * processes. */
uint64_t outside_used(const struct outside_run *run);
bool outside_is_tree(const struct outside_run *run);

#endif
