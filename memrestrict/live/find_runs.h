/* SPDX-License-Identifier: MIT
 *
 * Runs seen from found: the accounts of the commands that this user has running, found among the
 * open files of processes in /proc. Nothing is asked of the commands or of their programs. Of other
 * users nothing is looked at, not even by root: their accounts could be anything.
 */
#ifndef MEMRESTRICT_FIND_RUNS_H
#define MEMRESTRICT_FIND_RUNS_H

#include "base/arguments.h"
#include "run/roster.h"
#include "run/run_card.h"

#include <stdbool.h>
#include <stddef.h>

struct found_run {
    int command;           /* process ID */
    struct roster *roster; /* NULL: what ran already is limited from outside */
    struct run_card card;  /* of a run that is limited from outside: no process is in the roster */
};

/* In order of process IDs. Rosters stay readable when their command ends meanwhile. */
struct found_runs {
    struct found_run *runs;
    size_t count;
};

/* False: /proc cannot be read or there is no memory, which has been said. */
bool find_runs_open(struct found_runs *found);
void find_runs_close(struct found_runs *found);

/* The processes of a run that are there now: as roster_next. */
bool find_runs_next(const struct found_run *run, unsigned *index, struct roster_process *process);

/* What a process ID on the command line stands for. */
struct found_target {
    const struct found_run *run;
    bool is_process; /* false: it is the command's, for all of the run */
    struct roster_process process;
};

/* Is this process one of those that the target stands for? */
bool find_runs_means(const struct found_target *target, const struct roster_process *process);

/* False: it is none, or of nothing in `found`, this has been said. */
bool find_runs_find(const struct found_runs *found, const char *word, struct found_target *target);
/* The same, but a run without processes is none either, nor one that is limited from outside,
 * unless `outside`. */
bool find_runs_find_live(const struct found_runs *found, const char *word, bool outside,
                         struct found_target *target);

/* A subcommand on one target: reads its words, of which the first is a process ID, finds what that
 * stands for, which is live, and acts. What goes wrong is said there. Returns the exit status. */
int find_runs_command(const struct arguments *arguments, int argc, char **argv, bool outside,
                      bool (*act)(const struct found_target *target, char **words));

/* What /proc calls the memory of a run's call sites. */
#define FIND_RUNS_SITES "/memfd:memrestrict-sites (deleted)"
/* The memory of that name that a command has made, opened; -1 with errno: ENOENT is that there is
 * none. */
int find_runs_memory(int command, const char *memory);

/* Is it limited by a command that is attached to what ran already, and by this one? */
bool find_runs_is_attached(const struct found_run *run, int pid);

/* Everything in use by a run: in a tree, what all draw on its budget; else the sum of all
 * processes. */
uint64_t find_runs_used(const struct found_run *run);
bool find_runs_is_tree(const struct found_run *run);

#endif
