/* SPDX-License-Identifier: MIT
 *
 * In which order call sites are tried: the most different first, so that a sweep that is stopped
 * has seen the breadth. Of those with the same innermost frames each round takes one; in a round,
 * the program and its libraries take turns, the program first.
 */
#ifndef MEMRESTRICT_SITE_ORDER_H
#define MEMRESTRICT_SITE_ORDER_H

#include "sweep/site_index.h"

#include <stddef.h>

/* All of the index, HASH_COUNT(index->sites) of them; the caller frees it. NULL: no memory. */
const struct indexed_site **site_order(const struct site_index *index);

#endif
