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
struct unlimited;
struct reap;

/* NULL: no memory. `sites` may be NULL. All stay the caller's. */
struct reap *reap_open(struct accounts *accounts, struct sites *sites, struct unlimited *unlimited,
                       struct outcome *outcome);

/* One look at all slots. Costs about 20 us for each process that lives. */
void reap_look(struct reap *reap);

/* The program is dead, and not waited for yet: what it was at the last is to be seen now. */
void reap_see_dead(struct reap *reap);

/* The last look, when the program has ended, as the outcome says: whatever still has a slot is
 * listed as running. `sees_exit`: the library sees the program exit, so one that exited unseen
 * and under another name had become another. Frees the reap. */
void reap_close(struct reap *reap, bool sees_exit);

/* Sends a signal to each process that lives, except the program's own. */
void reap_kill(struct reap *reap, int signal);

#endif
