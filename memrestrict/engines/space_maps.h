/* SPDX-License-Identifier: MIT
 *
 * A space as the kernel lists it, /proc/PID/maps: read whole after exec, and again where records
 * may have gone wrong.
 */
#ifndef MEMRESTRICT_SPACE_MAPS_H
#define MEMRESTRICT_SPACE_MAPS_H

#include "engines/space.h"

#include <stdbool.h>

/* Charges what an image has, when it is new its data and bss, but not its stack. False: the list
 * cannot be read. */
bool space_load(struct space *space, int pid);

/* Brings the records of [low, high) in line with what is mapped. False: the same. */
bool space_resync(struct space *space, int pid, uint64_t low, uint64_t high);

/* Is any byte of [low, high) mapped? True also where that cannot be read. */
bool space_is_mapped(int pid, uint64_t low, uint64_t high);

/* Bytes that are to be charged, as the kernel counts them (VmData), and shared anonymous ones.
 * False: they cannot be read. */
bool space_truth(int pid, uint64_t *bytes);
/* The same, as the records say. */
uint64_t space_known(struct space *space);

#endif
