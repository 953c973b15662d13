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

#include "common/config.h"
#include "decide/region_change.h"

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
