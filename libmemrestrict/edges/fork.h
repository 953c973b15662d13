/* SPDX-License-Identifier: MIT
 *
 * Keeps the library whole in copies of the process: those that fork(2) makes, with handlers of ours
 * before and after; those that are made without (clone, _Fork), when they first charge something or
 * wait for a lock; and those that explore (decide/explore.h).
 */
#ifndef MEMRESTRICT_FORK_H
#define MEMRESTRICT_FORK_H

/* Once, as early as can be: fork runs handlers that were there before ours while it has our locks.
 */
void fork_start(void);
/* Once, after membership_start; does nothing where exploring is not asked for. */
void fork_start_exploring(void);

#endif
