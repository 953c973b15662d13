/* SPDX-License-Identifier: MIT
 *
 * Children of limited processes that never joined the accounts: static programs and the like,
 * started by vfork or posix_spawn, so that no slot tells of them. They are looked for while they
 * run; what lives shorter than the time between two looks is not seen.
 */
#ifndef MEMRESTRICT_UNLIMITED_H
#define MEMRESTRICT_UNLIMITED_H

#include "run/library.h"
#include "run/roster.h"
#include "outcome/outcome.h"

#include <stdbool.h>

struct unlimited;

/* `patterns`: the programs to limit, or NULL for all. NULL: no memory. All stay the caller's. */
struct unlimited *unlimited_open(struct roster *roster, const struct library *library,
                                 const char *patterns, struct outcome *outcome);

/* Looks at the children of a process that has joined, and warns of each that the library is not
 * in. */
void unlimited_look(struct unlimited *unlimited, int parent);

/* Is the process a program now that the library will not be loaded into? False also if that cannot
 * be seen, or not yet. */
bool unlimited_cannot_join(const struct unlimited *unlimited, int pid, uint64_t start_time);

/* Has it been warned of this process, or counted to be? */
bool unlimited_told(const struct unlimited *unlimited, int pid);

/* Says how many more there were than were named. Frees it. */
void unlimited_close(struct unlimited *unlimited);

#endif
