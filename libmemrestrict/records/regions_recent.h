/* SPDX-License-Identifier: MIT
 *
 * Mappings of regions_own that have no record yet: each is one word in a small table, put there and
 * taken out by one instruction. So a program that maps and unmaps in turn takes no lock, and makes
 * no system call to block signals: no handler can find a word half written, nor leave it so when it
 * jumps out, and the same goes for other threads and for a copy of the process.
 *
 * Who holds regions' lock makes records of them (regions.c), before it looks for records or enters
 * one. What is in the table overlaps no record, unless somebody unmapped that behind our back.
 */
#ifndef MEMRESTRICT_REGIONS_RECENT_H
#define MEMRESTRICT_REGIONS_RECENT_H

#include "records/regions.h"

enum { RECENT_MOST = 256 };

/* The first that stands at *place or after it. False: there is none. */
bool recent_next(unsigned *place, struct regions_span *span);
/* False: it is no longer there. */
bool recent_take_at(unsigned place, const struct regions_span *span);

/* Puts back what regions_take_recent took. Without memory for a record it goes uncounted. */
struct regions_gone recent_put_back(struct regions_cut *cut);

void recent_count(struct regions_live *live);
/* In the child of a fork: all that is charged becomes inherited. */
void recent_inherit(void);

#endif
