/* SPDX-License-Identifier: MIT
 *
 * A call that maps, unmaps or protects, between gate_..._begin and gate_..._end (gate_regions.h).
 */
#ifndef MEMRESTRICT_REGION_CHANGE_H
#define MEMRESTRICT_REGION_CHANGE_H

#include "common/calls.h"
#include "records/regions.h"

struct gate_region {
    bool skip;      /* not ours to count, or arguments that the kernel will not take */
    enum call call; /* and what it asked for: bytes */
    uint64_t asked;
    struct regions_cut cut;    /* what the call replaces, moves, changes or removes */
    struct regions_cut target; /* mremap: what a fixed destination replaces */
    struct regions_cut behind; /* mremap: what it leaves behind, or cuts off */
    uint64_t charged;          /* taken from the budget by begin */
    uint64_t credit;           /* given back to it after a success */
    uintptr_t length;          /* of what is entered newly, after a success ... */
    enum region_state state;   /* ... in this state, unless it is NONE */
    uintptr_t from;            /* mremap: the old address, and what of the old length is kept */
    uintptr_t kept;
    struct memrestrict_scope *scope; /* that begin charged, and all above; NULL: none */
    uint64_t more;                   /* for so much, less what `cut` and so on would give back */
    const void *caller; /* where the call returns to, set between begin and end; or NULL */
    bool keeps;         /* what is in `cut` stays charged */
    bool patchy;        /* mremap: there are holes in what is moved onto a fixed destination */
    bool stays;         /* mremap: MREMAP_DONTUNMAP */
    bool is_new;        /* mmap: where nothing was mapped */
    bool reserves;      /* mmap: what costs nothing, wherever the kernel likes */
    bool of_file;       /* mmap: of the file behind `fd` */
    int fd;
};

#endif
