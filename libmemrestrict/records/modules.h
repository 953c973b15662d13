/* SPDX-License-Identifier: MIT
 *
 * The programs and libraries that call stacks go through, entered as they are met. A frame is told
 * by its module and where it is in that: the same in every run, wherever things are loaded.
 */
#ifndef MEMRESTRICT_MODULES_H
#define MEMRESTRICT_MODULES_H

#include "records/sites_map.h"

/* The address as sites_area.h writes a frame. Takes no lock, does not allocate. */
uint64_t modules_frame(struct sites_map *map, uintptr_t address);

#endif
