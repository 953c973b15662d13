/* SPDX-License-Identifier: MIT
 *
 * This process's number, and the names that its program goes by.
 */
#ifndef MEMRESTRICT_PROCESS_H
#define MEMRESTRICT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Once, before all else here. */
void process_start(void);
/* In a copy of the process: it has a number of its own. */
void process_fork_child(void);

/* The last part of the executable's path; "?" if that is not known. */
const char *process_program(void);
/* The name that the program was called by, a link's or a script's; process_program where that says
 * nothing. */
const char *process_called(void);
/* Does a pattern of the list (config_names) match either name? */
bool process_is_named(const char *patterns);
/* Did a person, or what is not of this run, start the program? Not if its parent was given
 * `variable` ("NAME=") too, or is another user's, or cannot be looked at, as from a sandbox. */
bool process_is_first(const char *variable);
/* Is the program in another program's process, which loaded it by itself, as valgrind does? Then
 * the stack is not where the kernel has put one (struct proc_stat). False also if that is not
 * known. */
bool process_is_hosted(uint64_t stack);
/* The process ID as of the start or the last fork. A vfork child, which has its parent's memory,
 * reads its parent's. */
int process_pid(void);

#endif
