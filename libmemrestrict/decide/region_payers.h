/* SPDX-License-Identifier: MIT
 *
 * Mappings where scopes have to do with them. What a call adds, which is what becomes charged by
 * it, is charged to the innermost scope of its thread and to all above; a region has that scope for
 * a note, and the caller, as blocks have in the ledger. What the call takes away is credited to who
 * paid for it. Before the call each level is charged what it would have more after it, so that a
 * mapping may take the place of another of its scope's that is full; the rest is settled when the
 * call is known to have been made.
 */
#ifndef MEMRESTRICT_REGION_PAYERS_H
#define MEMRESTRICT_REGION_PAYERS_H

#include "decide/region_change.h"
#include "records/scopes.h"

void region_payers_start(void);

/* The calling thread's scope and all above, for `more` bytes, and the process for `process`. */
enum scopes_answer region_payers_charge(struct gate_region *region, uint64_t more,
                                        uint64_t process);
/* The note of what the calling thread, which is in a scope, makes charged. */
uint64_t region_payers_note(const void *caller);

/* Has the call taken away, or added, something that scopes pay for? */
static inline bool region_payers_concern(const struct gate_region *region)
{
    return region->scope != NULL || (!region->keeps && region->cut.noted != 0) ||
           (!region->patchy && region->target.noted != 0) ||
           (!region->stays && region->behind.noted != 0);
}
/* After a success, and after a failure; while the region has its pieces. */
void region_payers_settle(const struct gate_region *region);
void region_payers_undo(struct gate_region *region);
/* mprotect may have failed half-way: its scope, if that is not NULL, goes on being charged until it
 * is known how much that was; and the note of that. */
struct memrestrict_scope *region_payers_hold(struct gate_region *region, uint64_t *note);

/* All that scopes pay for of these pieces is credited to them. */
void region_payers_release(const struct regions_cut *cut);

#endif
