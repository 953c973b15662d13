/* SPDX-License-Identifier: MIT
 *
 * Descendants of the command that never joined the accounts, as /proc shows them: static programs
 * and the like, also those that nobody made a note of. They are looked for while they run; what
 * lives shorter than the time between two looks is not seen. What is found goes to `unjoined`.
 */
#ifndef MEMRESTRICT_UNLIMITED_H
#define MEMRESTRICT_UNLIMITED_H

#include "run/library.h"
#include "run/roster.h"

#include <stdbool.h>

struct taken;
struct unjoined;
struct unlimited;

/* `patterns`: the programs to limit, or NULL for all. What is taken is limited. NULL: no memory.
 * All stay the caller's. */
struct unlimited *unlimited_open(struct roster *roster, const struct library *library,
                                 const char *patterns, struct unjoined *unjoined,
                                 const struct taken *taken);

/* Looks at all that descend from the process `root`. */
void unlimited_look(struct unlimited *unlimited, int root);

/* Is the process a program now that the library will not be loaded into? False also if that cannot
 * be seen, or not yet. */
bool unlimited_cannot_join(const struct unlimited *unlimited, int pid, uint64_t start_time);

/* The last look: what was seen and has not joined by now is told of. Frees it. */
void unlimited_close(struct unlimited *unlimited);

#endif
