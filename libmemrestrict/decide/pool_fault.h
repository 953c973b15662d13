/* SPDX-License-Identifier: MIT
 *
 * What a program does to a sealed pool by mistake, said on its stderr before anything comes of it:
 * a handler of SIGSEGV, which then leaves the signal to whoever had it.
 */
#ifndef MEMRESTRICT_POOL_FAULT_H
#define MEMRESTRICT_POOL_FAULT_H

/* Puts the handler before that which the program has now, if it is not there. Whatever the program
 * sets afterwards takes its place. */
void pool_fault_watch(void);

/* As lock_fork_*; `reset` also of who speaks, who may be a thread that is not in the copy. */
void pool_fault_fork_take(void);
void pool_fault_fork_drop(void);
void pool_fault_fork_reset(void);

#endif
