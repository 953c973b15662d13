/* SPDX-License-Identifier: MIT
 *
 * Sites of stacks that were walked lately. A walk is a function of what it reads of the stack, so
 * if all of that is as it was, the stack is the same: a few comparisons instead of a walk. Shared
 * by all threads, without a lock: what is being changed is not used.
 */
#ifndef MEMRESTRICT_STACK_CACHE_H
#define MEMRESTRICT_STACK_CACHE_H

#include "records/stack.h"

/* Once, before anything else. False: no memory. */
bool stack_cache_start(void);
/* The site that was kept for the stack from `at` on; 0: none is known. */
uint32_t stack_cache_find(const struct stack_at *at);
/* Is it worth keeping this one, which was not found? Now and then it is. */
bool stack_cache_wants(const struct stack_at *at);
void stack_cache_keep(const struct stack_at *at, const struct stack_reads *reads, uint32_t site);
/* Forgets all: sites are counted anew, or code has moved. */
void stack_cache_forget(void);

#endif
