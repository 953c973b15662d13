/* SPDX-License-Identifier: MIT
 *
 * Processes of the run whose parent ended: they are the command's children then (roster_open), and
 * it has to wait for them. How they ended is kept until the accounts have been looked at.
 */
#ifndef MEMRESTRICT_ORPHANS_H
#define MEMRESTRICT_ORPHANS_H

#include "run/proc_dead.h"

#include <stdbool.h>
#include <stdint.h>

struct orphans;

struct orphans *orphans_open(void); /* NULL: no memory */
void orphans_close(struct orphans *orphans);

struct taken;
/* Waits for all children that have ended but these two, and those taken, of which others know. Does
 * not block. */
void orphans_take(struct orphans *orphans, int main, int probe, const struct taken *taken);
/* One that ended so. False: none is remembered. NULL remembers nobody. */
bool orphans_find(const struct orphans *orphans, int pid, uint64_t start_time,
                  struct proc_dead *remains);
void orphans_forget(struct orphans *orphans);

#endif
