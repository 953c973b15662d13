/* SPDX-License-Identifier: MIT
 *
 * This process's place in the accounts of a run, if the command that started it made any: found
 * when the program starts, and anew in every child. Its figures stand there from then on. A process
 * of another user, or with a /proc of its own, cannot open them: it is limited alone, says so, and
 * is not in the verdict.
 */
#ifndef MEMRESTRICT_MEMBERSHIP_H
#define MEMRESTRICT_MEMBERSHIP_H

#include "common/accounts.h"
#include "common/config.h"

/* Maps the accounts that the settings name and takes a slot for the program; then all is charged
 * there. Without one the process is limited alone, by its own limit and the tree's: then false,
 * with a line in *complaint, unless the run is just over and there was no limit for a tree. */
bool membership_start(const struct config *config, const char *program, struct text *complaint);
/* Is this process in a run, and has that a limit for all processes together? */
bool membership_in_run(void);
bool membership_in_tree(void);
/* NULL: in none. */
struct accounts *membership_accounts(void);
/* Can a program that is started from here open the accounts of the run? A child of vfork may ask.
 */
bool membership_can_be_had(void);
/* When the process of that ID, which calls, was started; 0: unknown, as for a child of vfork that
 * the command can ask the kernel about. */
uint64_t membership_start_time(int pid);
/* This process is a copy that explores (explore.h), and so are those that it forks. */
void membership_note_copy(void);
/* In a child, after budget_fork_child, and budget_inherit in a tree: a slot of its own. */
void membership_fork_child(const char *program);

/* The program began in main, so that its exits are the C library's, which says so; but not if it is
 * one that makes the system call by itself. */
void membership_note_main(void);
/* This process is a copy made by clone(2) or the like, which ends by a system call as well. */
void membership_note_raw_copy(void);
/* It may be about to end by a way that does not come back to us. */
void membership_note_leaving(void);
/* It calls exec; or the call returned. */
void membership_note_exec(bool begins);
/* A child of this process has ended, and wait(2) gave that status. No lock, no system call. */
void membership_note_child(int pid, int status);

/* The program ends with this status, as exit(3) or _exit(2) gave it. */
void membership_note_exit(int status);
/* An object with a malloc of its own is before us, and keeps the heap from us, or only says its
 * own and passes on; and the same of mmap. */
void membership_note_owners(const char *object, bool heap, bool maps);
/* Calls of our malloc do not come to us, though it is the program's. */
void membership_note_unreached(void);

#endif
