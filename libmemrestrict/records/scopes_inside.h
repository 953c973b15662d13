/* SPDX-License-Identifier: MIT
 *
 * What scopes.c (charges), scopes_enter.c (who is in which) and scopes_make.c (which there are)
 * share, and nobody else needs.
 */
#ifndef MEMRESTRICT_SCOPES_INSIDE_H
#define MEMRESTRICT_SCOPES_INSIDE_H

#include "records/scopes.h"

/* Every thread that was ever in a scope, the newest first. */
extern struct scope_thread *_Atomic scopes_threads;

/* A new one in the calling thread's innermost scope, without a name: made of `fresh`, which nobody
 * has, or, if that is NULL, of any that is free. NULL as from scopes_create. */
struct memrestrict_scope *scopes_make(struct memrestrict_scope *fresh, uint64_t limit, bool pushed);
/* Destroys one that a thread has pushed and left. True: nothing is charged to it, and nobody knows
 * it: it is the caller's, to be made anew. */
bool scopes_end_pushed(struct memrestrict_scope *scope);

#endif
