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
    const char *folder; /* made if it is not there; NULL: nothing is to be explored */
    const char *option; /* one of the options below that was given; or NULL */
    const char *known;  /* a file of --site-list: sites that the program itself comes by; or NULL */
    uint64_t time_limit; /* of a copy, in nanoseconds */
    unsigned modes;      /* set of enum explore_mode */
};

struct explored;

/* NULL: it cannot be done, which has been said. */
struct explored *explored_open(const struct explore_options *options);
/* Its descriptor, close-on-exec, for accounts->explore; -1 for NULL. */
int explored_fd(const struct explored *explored);
/* Takes the copies out of the outcome, in which they have no part. False: no memory. */
bool explored_settle(struct explored *explored, struct outcome *outcome);
/* Writes explored.json into the folder. False: that could not be done, which has been said. */
bool explored_write(const struct explored *explored);
/* One line: how many sites and copies, and what they came to; if there was none, `trouble` may say
 * why, or is NULL. False: with errno. */
bool explored_say(FILE *file, const struct explored *explored, const char *program,
                  const char *trouble);
void explored_close(struct explored *explored); /* NULL is ignored */

#endif
