/* SPDX-License-Identifier: MIT
 *
 * The order of decisions for mappings: begin, before the call, takes out what it will replace or
 * change and charges what it would add (false: refused, with errno set, nothing changed); end, with
 * what the call returned, enters what is there now or puts all back as it was. Every begin that
 * returns true is followed by one end.
 *
 * What counts is what the program maps so that it can write to it and nobody else pays for it:
 * private writable, and shared anonymous. It counts when it becomes writable, and stops counting
 * when it stops being so, as in the kernel's VmData. Lengths are whole pages, the break's are
 * bytes.
 */
#ifndef MEMRESTRICT_GATE_REGIONS_H
#define MEMRESTRICT_GATE_REGIONS_H

#include "common/calls.h"
#include "common/config.h"
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
    bool patchy;   /* mremap: there are holes in what is moved onto a fixed destination */
    bool stays;    /* mremap: MREMAP_DONTUNMAP */
    bool reserves; /* mmap: what costs nothing, wherever the kernel likes */
    bool of_file;  /* mmap: of the file behind `fd` */
    int fd;
};

void gate_regions_start(const struct config *config);

bool gate_map_begin(struct gate_region *region, void *addr, size_t length, int prot, int flags,
                    int fd);
/* False: could not be entered and was refused; the caller unmaps it. Never after MAP_FIXED. */
bool gate_map_end(struct gate_region *region, void *result);

/* `inside`: in the next allocator, which may hold a lock that a forking thread waits for. Then what
 * the program mapped is still credited (a signal handler unmaps it), but nothing is waited for. */
bool gate_unmap_begin(struct gate_region *region, void *addr, size_t length, bool inside);
void gate_unmap_end(struct gate_region *region, bool done);

bool gate_protect_begin(struct gate_region *region, void *addr, size_t length, int prot);
void gate_protect_end(struct gate_region *region, bool done);

bool gate_remap_begin(struct gate_region *region, void *addr, size_t old_length, size_t new_length,
                      int flags, void *new_addr);
void gate_remap_end(struct gate_region *region, void *result);

/* The program break is to move from `from` to `to`. */
bool gate_break_begin(struct gate_region *region, enum call call, uintptr_t from, uintptr_t to);
void gate_break_end(struct gate_region *region, bool done);

#endif
