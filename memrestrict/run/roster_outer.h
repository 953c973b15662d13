/* SPDX-License-Identifier: MIT
 *
 * The accounts of the run around this one, where the command itself is a program of a run. Of each
 * process of ours a place there has the figures, as far as we have seen them, so that both verdicts
 * know of it. What it is charged is none of that run's but by a loan (roster_loan.h).
 */
#ifndef MEMRESTRICT_ROSTER_OUTER_H
#define MEMRESTRICT_ROSTER_OUTER_H

#include "outcome/outcome.h"
#include "run/roster.h"

struct outer;

/* `setting` is the environment's MEMRESTRICT_ACCOUNTS, or NULL. NULL: there is no run around us, or
 * its accounts cannot be reached, or are not of our build. */
struct outer *outer_open(const char *setting);
/* The limit of all its processes together, or ACCOUNTS_UNLIMITED. */
uint64_t outer_tree_limit(const struct outer *outer);
/* What our processes hold is held of that, too (roster_loan.h). */
void outer_lends(struct outer *outer);
/* One of our processes goes on; or has ended, as `end` says (NULL: it has not). */
void outer_tell(struct outer *outer, const struct roster_process *process,
                const struct process *end);
void outer_close(struct outer *outer); /* NULL is ignored */

#endif
