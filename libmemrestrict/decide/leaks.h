/* SPDX-License-Identifier: MIT
 *
 * Which blocks nothing points to when the process ends: the order of looking. All other threads
 * wait meanwhile; what was found goes to the call sites' memory, for the command. Only if it was
 * asked for (MEMRESTRICT_LEAKS), and once. A process that a signal ends has not looked.
 */
#ifndef MEMRESTRICT_LEAKS_H
#define MEMRESTRICT_LEAKS_H

#include "common/config.h"

extern bool leaks_on; /* constant after start */

/* As early as the settings are known: `glibc_malloc` as in leaks_roots.h. */
void leaks_prepare(const struct config *config, uintptr_t glibc_malloc);
/* After sites_join, and before the first block. */
void leaks_start(const struct config *config);
/* In the child of a fork, which has a place of its own by then. */
void leaks_fork_child(void);

/* The thread calls main, whose return address stands at the top of [.., sp): what is below is of no
 * more use once it has returned. */
void leaks_note_main(uintptr_t sp);
/* This thread calls exit(3): what is above this frame is what the program still has of its stack.
 */
void leaks_note_exit(void);

/* The process ends: by exit(3), after its handlers; or with what this thread has of its stack now.
 * `has_heap`: its blocks are in the records. */
void leaks_look_at_exit(bool has_heap);
void leaks_look_now(bool has_heap);

/* Within daemon(3), whose parent ends inside the C library: as soon as it has forked is its end. If
 * it fails, it was not. */
void leaks_begin_daemon(bool has_heap);
void leaks_end_daemon(bool failed);
void leaks_fork_parent(void);

#endif
