/* SPDX-License-Identifier: MIT
 *
 * The memory of call sites that a run shares with its processes (common/sites_area.h), of which
 * this and sites_read.c alone know: made here, of a size that nobody can change.
 */
#ifndef MEMRESTRICT_SITES_MEMORY_H
#define MEMRESTRICT_SITES_MEMORY_H

#include <stdbool.h>

/* For stacks of *depth frames; 0 becomes what is usual. -1 with errno: it cannot be had. */
int sites_memory_open(unsigned *depth, bool crashes);
/* Is such memory behind this descriptor? */
bool sites_memory_is(int fd);
/* Makes a slot's area empty. */
void sites_memory_release(int fd, unsigned slot);

#endif
