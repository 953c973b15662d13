/* SPDX-License-Identifier: MIT
 *
 * The intervals of an address space as a treap, for regions.c, which guards it by its lock and has
 * the memory for it. Every step is O(log n).
 */
#ifndef MEMRESTRICT_REGIONS_TREE_H
#define MEMRESTRICT_REGIONS_TREE_H

#include "records/regions.h"

struct region {
    uintptr_t low, high;
    uint64_t note : 48; /* who pays for it besides; 0: nobody */
    uint64_t site : 16; /* who made it charged; 0: not known */
    enum region_state state;
    uint32_t priority; /* random: a parent's is not below its children's */
    struct region *left, *right;
};

/* The last interval that starts before `at`, or NULL. */
struct region *tree_last_before(struct regions *regions, uintptr_t at);
/* The first interval that starts at `at` or after it, or NULL. */
struct region *tree_first_from(struct regions *regions, uintptr_t at);
/* No other interval starts where this one does. */
void tree_insert(struct regions *regions, struct region *region);
/* Takes out the interval with just these ends; NULL: there is none. */
struct region *tree_take_exactly(struct regions *regions, uintptr_t low, uintptr_t high);
/* Takes out all that lies in [low, high), where no interval reaches across either end. */
struct region *tree_take_between(struct regions *regions, uintptr_t low, uintptr_t high);
/* May neighbours be one interval? */
bool tree_are_alike(const struct region *one, const struct region *other);
/* To `state`, with cut's site and note; NONE: as it is. What is inherited does not become CHARGED.
 */
void tree_change_state(struct region *region, enum region_state state,
                       const struct regions_cut *cut);
/* Calls `see` for each interval of a tree that has a note. */
void tree_each_noted(const struct region *tree,
                     void (*see)(uint64_t note, uint64_t bytes, void *context), void *context);

#endif
