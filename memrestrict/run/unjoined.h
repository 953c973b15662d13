/* SPDX-License-Identifier: MIT
 *
 * The programs of a run that never got a place in the accounts: what the notes of those who started
 * them say (exec_notes.h), and what was seen in /proc. Each becomes a row of the outcome that says
 * why. A note of a program that the library can be loaded into counts for nothing once that has
 * joined, or has ended before it could: it is loaded before any of the program's own code.
 */
#ifndef MEMRESTRICT_UNJOINED_H
#define MEMRESTRICT_UNJOINED_H

#include "outcome/outcome.h"
#include "run/roster.h"

#include <stdbool.h>
#include <stdint.h>

struct unjoined;

/* `patterns`: the programs to limit, or NULL for all. NULL: no memory. All stay the caller's. */
struct unjoined *unjoined_open(const char *patterns, struct outcome *outcome);

/* Processes are limited by other means: what has not joined is no news. */
void unjoined_ignore(struct unjoined *unjoined);

/* A process has joined: to be told once of each, before the notes are looked at. */
void unjoined_joined(struct unjoined *unjoined, const struct roster_process *process);

/* Takes the notes of what has happened for certain; with `last`, all there are. */
void unjoined_look(struct unjoined *unjoined, struct roster *roster, bool last);
/* Is a program being started that may still join? */
bool unjoined_waits(const struct unjoined *unjoined);

/* A process was seen in /proc that has not joined. `why` is static. */
void unjoined_seen(struct unjoined *unjoined, int pid, uint64_t start_time, const char *path,
                   enum coverage coverage, const char *why);

/* Enters all into the outcome's list, at its end. Frees it. */
void unjoined_close(struct unjoined *unjoined, const struct roster *roster);

#endif
