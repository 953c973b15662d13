/* SPDX-License-Identifier: MIT
 *
 * Puts the records of a range right by the kernel's own list: for calls of which a part was done.
 */
#ifndef MEMRESTRICT_RESYNC_MAPS_H
#define MEMRESTRICT_RESYNC_MAPS_H

#include <stdint.h>

/* What is not mapped is forgotten, what is writable becomes charged, what is not reserved. Returns
 * the change in bytes charged, and adds to *inherited what is no longer inherited; the caller
 * settles both with the budget. 0, and nothing done, where the list cannot be read. Ranges without
 * a record stay without one. */
int64_t resync_maps(uintptr_t low, uintptr_t high, uint64_t *inherited);

#endif
