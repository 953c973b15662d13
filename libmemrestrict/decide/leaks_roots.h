/* SPDX-License-Identifier: MIT
 *
 * Where a program's own pointers begin: the data of all that is loaded, what was mapped when it
 * began, what it mapped itself, and each thread's stack, registers and thread-local storage. Not
 * what the allocator maps, and not the stacks of threads that have ended.
 */
#ifndef MEMRESTRICT_LEAKS_ROOTS_H
#define MEMRESTRICT_LEAKS_ROOTS_H

#include "decide/leaks_maps.h"
#include "ground/pause.h"

/* Once, before the program has mapped anything, and the library much: notes what is there.
 * `glibc_malloc` is the next malloc, if it is glibc's; else 0. Without `regions` what the program
 * maps is in no record. */
void leaks_roots_start(uintptr_t glibc_malloc, bool regions);

/* Scans the roots that are no thread's, after what the loader asked for itself. */
void leaks_roots_scan(struct reach *reach, const struct leaks_maps *maps);
/* Those of a thread: its stack from `sp` on, where it has all registers; `pointer` as in pause.h.
 */
void leaks_roots_thread(struct reach *reach, const struct leaks_maps *maps, uintptr_t sp,
                        uintptr_t pointer, bool is_first);

#endif
