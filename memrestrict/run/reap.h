/* SPDX-License-Identifier: MIT
 *
 * Gathers what becomes of the processes of a run: whose process has ended, or has become another by
 * exec, its figures go from its slot of the accounts into the outcome, and the slot is free again.
 */
#ifndef MEMRESTRICT_REAP_H
#define MEMRESTRICT_REAP_H

#include "common/accounts.h"
#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdint.h>

struct sites;
struct strays;
struct harvest;

/* NULL: no memory. `sites` may be NULL. All stay the caller's. */
struct harvest *harvest_open(struct accounts *accounts, struct sites *sites, struct strays *strays,
                             struct outcome *outcome);

/* One look at all slots. Costs about 20 us for each process that lives. */
void harvest_look(struct harvest *harvest);

/* The program is dead, and not waited for yet: what it was at the last is to be seen now. */
void harvest_see_dead(struct harvest *harvest);

/* The last look, when the program has ended, as the outcome says: whatever still has a slot is
 * listed as running. `sees_exit`: the library sees the program exit, so one that exited unseen
 * and under another name had become another. Frees the harvest. */
void harvest_close(struct harvest *harvest, bool sees_exit);

/* Sends a signal to each process that lives, except the program's own. */
void harvest_kill(struct harvest *harvest, int signal);

#endif
