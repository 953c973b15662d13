/* SPDX-License-Identifier: MIT
 *
 * What reach.c and reach_table.c share, and nobody else needs: where the block of an address is.
 */
#ifndef MEMRESTRICT_REACH_INSIDE_H
#define MEMRESTRICT_REACH_INSIDE_H

#include "records/reach.h"

enum {
    INDEX_BITS = 22, /* a part of the address space: 4 MiB, */
    INDEX_PAGE_BITS = 12,
    INDEX_PAGES = 1 << (INDEX_BITS - INDEX_PAGE_BITS),
    INDEX_PAGES_MASK = INDEX_PAGES - 1
};

struct reach_index {
    uintptr_t key;
    uint32_t first[INDEX_PAGES + 1]; /* which blocks of the table begin in each of its pages */
};

/* The block that has the address; NULL: none has. */
struct reach_block *reach_at(struct reach *reach, uintptr_t address);

#endif
