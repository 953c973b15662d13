/* SPDX-License-Identifier: MIT
 *
 * Exploring in one run: memory that the command makes (memfd_create(2), sparse) and that each
 * process maps. At a call site that is new in the table of names a process makes a copy of itself,
 * in which that call fails; what became of the copy is told in a record. Only fixed widths, as in
 * accounts.h.
 */
#ifndef MEMRESTRICT_EXPLORE_AREA_H
#define MEMRESTRICT_EXPLORE_AREA_H

#include "common/accounts.h"
#include "common/explore_mode.h"

#include <stdatomic.h>

enum {
    EXPLORE_MAGIC = 0x6d727378,
    EXPLORE_VERSION = 2,
    EXPLORE_RECORDS = 1 << 16,
    EXPLORE_NAMES = 1 << 18, /* the table; a power of two */
    EXPLORE_FOLDER = 1920,   /* characters of a path, with a final zero */
    EXPLORE_DEEPEST = 4      /* copies of copies of copies of ... the program */
};

enum explore_state {
    EXPLORE_EMPTY,
    EXPLORE_RUNS,
    EXPLORE_ENDED,
    EXPLORE_FAILED /* the copy could not be made */
};

struct explore_record {
    _Alignas(ACCOUNTS_LINE) _Atomic uint32_t state; /* enum explore_state */
    uint32_t mode;                                  /* enum explore_mode */
    uint32_t call;                                  /* enum call */
    uint32_t parent; /* the number, from 1, of the record whose copy made this one; 0: none */
    uint32_t depth;  /* 1: a copy of the program itself */
    _Atomic int32_t pid;
    int32_t of_pid; /* the process that it is a copy of */
    int32_t status; /* as wait(2) gives it */
    uint32_t timed_out;
    _Atomic uint32_t begun; /* the copy has got as far as the program */
    uint64_t site, size;    /* the name of the stack; bytes that were asked for */
    uint64_t time; /* nanoseconds that it took, without what it waited for copies of its own */
    _Atomic uint64_t waited, waits_since; /* that; and since when it does so now, or 0 */
    int64_t out_offset; /* where the program's standard output was, if it is a file; else -1 */
    int64_t err_offset;
};

/* What a name stands in the table for: as it is, a site of the program itself; otherwise changed by
 * one of these. */
#define EXPLORE_IN_COPY UINT64_C(0x5555555555555555)  /* met in a copy */
#define EXPLORE_EXPECTED UINT64_C(0xaaaaaaaaaaaaaaaa) /* the program itself is to come by it */

struct explore_area {
    uint32_t magic, version;
    uint64_t size;       /* of all of this: both sides must be of one build */
    uint64_t time_limit; /* of a copy, in nanoseconds */
    uint32_t modes;      /* set of enum explore_mode */
    uint32_t deepest;    /* copies of copies, at most EXPLORE_DEEPEST; 1: copies explore nothing */
    char folder[EXPLORE_FOLDER];
    _Alignas(ACCOUNTS_LINE) _Atomic uint32_t record_count; /* given out; may pass what there is */
    _Atomic uint32_t names_full;                           /* a name found no room */
    _Atomic uint64_t in_threads; /* sites passed over, since the process had several threads */
    _Atomic uint64_t names[EXPLORE_NAMES]; /* 0: free */
    struct explore_record records[EXPLORE_RECORDS];
};

/* Where a name stands, or is to stand; NULL: there is no room. */
static inline _Atomic uint64_t *explore_place(struct explore_area *area, uint64_t name)
{
    enum { PROBES = 256 };
    uint64_t hash = (name ^ name >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    for (uint32_t probe = 0; probe < PROBES; probe++) {
        _Atomic uint64_t *place = &area->names[((hash >> 32) + probe) % EXPLORE_NAMES];
        uint64_t there = atomic_load(place);
        if (there == 0 || there == name)
            return place;
    }
    atomic_store(&area->names_full, 1);
    return NULL;
}

/* False: it is there already, or there is no room. */
static inline bool explore_enter(struct explore_area *area, uint64_t name)
{
    for (;;) {
        uint64_t nobody = 0;
        _Atomic uint64_t *place = explore_place(area, name);
        if (place == NULL || atomic_load(place) == name)
            return false;
        if (atomic_compare_exchange_strong(place, &nobody, name))
            return true;
    }
}

#endif
