/* SPDX-License-Identifier: MIT
 *
 * What the library says of a process under a run, beside what the kernel does.
 */
#ifndef MEMRESTRICT_RUN_FIGURES_H
#define MEMRESTRICT_RUN_FIGURES_H

#include "space/address_space.h"

/* After space_read: fills in space->account and the budget, if a run of this user has the process;
 * else leaves them. */
void run_figures_read(struct address_space *space);

#endif
