/* SPDX-License-Identifier: MIT
 *
 * What interpose_thread.c tells the rest of the library.
 */
#ifndef MEMRESTRICT_THREAD_H
#define MEMRESTRICT_THREAD_H

#include <stdint.h>

/* In the child of a fork only one thread is left: gives back what the others' stacks were charged.
 */
void thread_fork_child(void);
/* Bytes charged for the stacks of threads that run. */
uint64_t thread_stacks(void);
/* The same for a copy of the process made without fork handlers, whose locks may be held by nobody.
 */
void thread_recover(void);
/* After it, in a tree: the stack that the one thread has is inherited. */
void thread_inherit(void);

#endif
