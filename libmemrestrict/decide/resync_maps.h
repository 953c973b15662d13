/* SPDX-License-Identifier: MIT
 *
 * Puts the records of a range right by the kernel's own list: for calls of which a part was done.
 */
#ifndef MEMRESTRICT_RESYNC_MAPS_H
#define MEMRESTRICT_RESYNC_MAPS_H

#include <stdint.h>

struct resync_maps {
    uint64_t note;      /* for what becomes charged; 0: none */
    uint64_t noted;     /* bytes that became charged with it */
    uint64_t inherited; /* bytes that are no longer inherited */
};

/* What is not mapped is forgotten, what is writable becomes charged, what is not reserved. Returns
 * the change in bytes charged, and adds to *resync; the caller settles both with the budget, and
 * what became charged with its scope, while others' that paid for what is no more are credited. 0,
 * and nothing done, where the list cannot be read. Ranges without a record stay without one. */
int64_t resync_maps(uintptr_t low, uintptr_t high, struct resync_maps *resync);

#endif
