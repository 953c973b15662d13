/* SPDX-License-Identifier: MIT
 *
 * Which blocks of the ledger something points to. A table of all that are live, by address, is made
 * at one moment; then memory is scanned for words that are addresses in them: first the roots, and
 * by that each block that was reached. What is left is lost: by itself, or within what is lost.
 *
 * Any aligned word counts that has such a value, whatever it is. A block that only addresses in its
 * midst lead to may be lost. Memory of its own by pages, charged to nobody. Nothing else of the
 * program may run meanwhile; what cannot be read is passed over.
 */
#ifndef MEMRESTRICT_REACH_H
#define MEMRESTRICT_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reach_state {
    REACH_LOST,     /* nothing leads to it */
    REACH_WITHIN,   /* something does that is lost itself */
    REACH_POSSIBLE, /* addresses in its midst, or in that of what leads to it */
    REACH_SURE
};

struct reach_block {
    uintptr_t start;
    size_t size;
    uint32_t next;   /* in the list of what is to be scanned, if it is there */
    uint32_t leader; /* of REACH_WITHIN: the lost block that leads to it, by its place */
    uint16_t site;
    uint8_t state; /* enum reach_state */
    bool inherited;
};

/* How a root is read. */
enum reach_root {
    REACH_PLAIN,
    REACH_OF_LIBC, /* glibc's own data, whose bins point to the last bytes of blocks (reach.c) */
    REACH_SHARED   /* with other processes, who may cut it short: it is copied first */
};

struct reach_index; /* by parts of the address space */

struct reach_range {
    uintptr_t low, high;
};

struct reach {
    struct reach_block *blocks;
    size_t count, room;
    struct reach_index *indexes;
    size_t index_count, index_room, last_index;
    uintptr_t lowest, highest; /* no block has an address outside */
    uint32_t pending;          /* the list's first; REACH_NONE: it is empty */
    bool is_leading;           /* what is lost is scanned, for what it leads to */
    uint32_t leader;
    const struct reach_range *ranges;
    size_t range_count, last_range;
    /* What is scanned now, and where that is; a fault goes on behind its page. */
    volatile uintptr_t at, end;
    uintptr_t limit;
    enum reach_root kind;
    enum reach_state from;
};

enum { REACH_NONE = UINT32_MAX, REACH_UNLISTED = UINT32_MAX - 1 };

/* Makes the table. `ranges`, by rising address and kept by the caller, are what can be read:
 * nothing else is. False: no memory, or too many blocks, or the ledger cannot be read now.
 * reach_close frees it, in any case. */
bool reach_open(struct reach *reach, const struct reach_range *ranges, size_t count);
void reach_close(struct reach *reach);

/* The block is reached, whatever leads to it; the next scan goes on from there. */
void reach_keep(struct reach *reach, struct reach_block *block);

/* Scans [low, high), and all that it leads to. */
void reach_scan(struct reach *reach, uintptr_t low, uintptr_t high, enum reach_root kind);
/* Does a block have an address in [low, high)? */
bool reach_has_block(struct reach *reach, uintptr_t low, uintptr_t high);
/* When all roots were scanned: says of what is lost which leads to which. */
void reach_settle(struct reach *reach);
/* After that: what leads to a block within others, and nothing lost leads to; of any other, itself.
 */
const struct reach_block *reach_leader(const struct reach *reach, const struct reach_block *block);

#endif
