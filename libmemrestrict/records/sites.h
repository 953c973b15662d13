/* SPDX-License-Identifier: MIT
 *
 * Who holds what: counts by call stack, in memory that the command reads (sites_area.h). A block's
 * site is a number that its owner keeps, so nothing is looked up when it is freed. No lock, no
 * allocation; where there is no room for another stack its blocks count for a common site.
 *
 * A copy of the process that was made behind our back finds itself without the memory, so it never
 * writes into its parent's. In the child of a fork all numbers that were kept are to become 0,
 * unless sites_join_forked says otherwise.
 */
#ifndef MEMRESTRICT_SITES_H
#define MEMRESTRICT_SITES_H

#include "records/sites_map.h"
#include "records/stack.h"

/* Constant after start: is anything collected? The one test on the fast path. */
extern bool sites_on;

/* Joins the collection of the run whose accounts these are, with the area of `slot`, before
 * anything is charged. Nothing is collected if the command did not ask for it, or the memory cannot
 * be had. */
void sites_join(const struct accounts *accounts, unsigned slot);
/* In the child of a fork: an area of its own, in which one site holds what the parent's blocks did;
 * or, after sites_fork_whole, a copy of the parent's. True: numbers that were kept stay good. */
bool sites_join_forked(const struct accounts *accounts, unsigned slot);
/* Before a fork, notes how much that is; after it, in the parent, forgets. */
void sites_fork_note(void);
void sites_fork_done(void);
/* Just before the process is copied: the copy goes on with all sites as they are. */
void sites_fork_whole(void);

/* A block of `size` bytes is had by the stack from `from` on: the number to keep for it, never 0.
 */
uint16_t sites_gain(uint64_t size, const struct stack_at *from);
/* The block goes; 0 is the number of those that were there earlier. */
void sites_lose(uint16_t number, uint64_t size);
/* `number` could not be kept for its block: it becomes 0. */
void sites_forget(uint16_t number, uint64_t size);

/* The site of the stack from `from` on, without a block: for regions. 0: nothing is collected. */
uint16_t sites_find(const struct stack_at *from);
/* The name of a site's stack; 0: it has none. */
uint64_t sites_name(uint16_t number);
/* The same of its innermost `frames` alone; of a shorter stack, of all. */
uint64_t sites_inner_name(uint16_t number, unsigned frames);
/* A mark on a site, for who looks at each once. */
bool sites_is_unseen(uint16_t number);
void sites_see(uint16_t number);
/* It has so many bytes of regions more, or less. */
void sites_region_changed(uint16_t number, int64_t bytes);
/* A region has changed: the process now uses `used` bytes in all, of which sites may know but a
 * part. */
void sites_use_changed(uint64_t used);
/* Something is about to be given back: if what is held is a new peak, by some part of it above the
 * last one, all counts are copied. */
void sites_before_fall(void);
/* The caller's stack was refused `size` bytes; the first time, all counts are copied. */
void sites_refused(uint64_t size, bool first);

/* Are crashes to be told of? */
bool sites_wants_crashes(void);
/* The area of this process, and how many frames it takes of a stack; NULL: nothing is collected, or
 * the memory is another process's (vfork(2)). */
struct sites_map *sites_own(unsigned *frames);

#endif
