/* SPDX-License-Identifier: MIT
 *
 * A run within another one: a process of it is held by both, and the other run is told of it.
 */
#ifndef MEMRESTRICT_NESTED_RUN_H
#define MEMRESTRICT_NESTED_RUN_H

#include "common/config.h"
#include "outcome/outcome.h"
#include "run/launch.h"
#include "run/roster.h"
#include "run/roster_loan.h"
#include "run/roster_outer.h"

struct nested_run {
    struct outer *outer; /* the run around this one; NULL: there is none that could be reached */
    struct loan *loan;   /* of its tree's budget; NULL: it has no tree, or it cannot be had */
    uint64_t limit;      /* that it has for each process, or CONFIG_UNLIMITED; it may be over */
    uint64_t end;        /* the same, with its reserve */
    uint64_t reserve;    /* that a process has in the end */
    char sizes[2][24];
};

/* What the environment says of a run around this one. */
void nested_run_read(struct nested_run *nested, const struct config *config);
/* The limits of the outcome become those that hold in both runs; they are what the roster has, with
 * the reserve of a tree, too. */
struct roster_limits nested_run_hold(struct nested_run *nested, struct outcome *outcome,
                                     uint64_t reserve);
/* What the processes hold together is held of the other run's tree, too. If that cannot be, as
 * where they do not join, they have at most as much as all of that, but beside it: a warning says
 * so. */
void nested_run_lend(struct nested_run *nested, struct roster *roster, struct outcome *outcome,
                     bool joins);
/* Once the program's process is made. False: no thread can be had for it. */
bool nested_run_start(struct nested_run *nested);
/* The settings for that, to be set after all others. */
enum { NESTED_RUN_VARIABLES = 2 };
void nested_run_variables(struct nested_run *nested, uint64_t limit, struct variable *variables);
void nested_run_close(struct nested_run *nested);

#endif
