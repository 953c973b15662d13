/* SPDX-License-Identifier: MIT
 *
 * A run that explores (explore_area.h): the memory that its processes share for that, the folder
 * that the output of copies goes to, and what became of each, as JSON there.
 */
#ifndef MEMRESTRICT_EXPLORE_RUN_H
#define MEMRESTRICT_EXPLORE_RUN_H

#include "outcome/outcome.h"

#include <stdio.h>

struct explore_options {
    const char *folder; /* made if it is not there; NULL: nothing is to be explore */
    const char *option; /* one of the options below that was given; or NULL */
    const char *known;  /* a file of --site-list: sites that the program itself comes by; or NULL */
    uint64_t time_limit; /* of a copy, in nanoseconds */
    unsigned modes;      /* set of enum explore_mode */
};

struct explore_run;

/* NULL: it cannot be done, which has been said. */
struct explore_run *explore_run_open(const struct explore_options *options);
/* Its descriptor, close-on-exec, for accounts->explore; -1 for NULL. */
int explore_run_fd(const struct explore_run *explore);
/* Takes the copies out of the outcome, in which they have no part. False: no memory. */
bool explore_run_settle(struct explore_run *explore, struct outcome *outcome);
/* Writes explored.json into the folder. False: that could not be done, which has been said. */
bool explore_run_write(const struct explore_run *explore);
/* One line: how many sites and copies, and what they came to; if there was none, `trouble` may say
 * why, or is NULL. False: with errno. */
bool explore_run_say(FILE *file, const struct explore_run *explore, const char *program,
                     const char *trouble);
void explore_run_close(struct explore_run *explore); /* NULL is ignored */

#endif
