/* SPDX-License-Identifier: MIT
 *
 * Gathers what becomes of the processes of a run: whose process has ended, or has become another by
 * exec, its figures go into the outcome. It is told of processes by events alone (roster.h), so it
 * can be tried without any.
 */
#ifndef MEMRESTRICT_REAP_H
#define MEMRESTRICT_REAP_H

#include "outcome/outcome.h"
#include "run/roster.h"

#include <stdbool.h>
#include <stdint.h>

struct orphans;
struct sites;
struct unjoined;
struct unlimited;
struct reap;

/* NULL: no memory. All but the outcome may be NULL, and all stay the caller's. */
struct reap *reap_open(struct sites *sites, struct unlimited *unlimited, struct unjoined *unjoined,
                       struct orphans *orphans, struct outcome *outcome);

/* The run around this one is told of each process, too. It stays the caller's. */
struct outer;
void reap_tell(struct reap *reap, struct outer *outer);

/* Takes one event, at the time `now`. True: the process is listed, its place may go to another. */
bool reap_take(struct reap *reap, const struct roster_process *process, enum roster_event event,
               uint64_t now);

/* One look at all of the roster. Costs about 20 us for each process that lives. */
void reap_look(struct reap *reap, struct roster *roster);

/* The program is dead, and not waited for yet: what it was at the last is to be seen now. */
void reap_see_dead(struct reap *reap);

/* The program has ended, as the outcome says: how its last process ended is settled, and the list
 * is put in order. `sees_exit`: the library sees the program exit, so one that exited unseen and
 * under another name had become another. Frees the reap. */
void reap_settle(struct reap *reap, bool sees_exit);

/* The last look, when the program has ended: whatever still has a place is listed as running, what
 * has none is listed as well, and all is settled. Waits half a second at most for what is just
 * being started. Closes `unlimited` and `unjoined`. */
void reap_close(struct reap *reap, struct roster *roster, bool sees_exit);

#endif
