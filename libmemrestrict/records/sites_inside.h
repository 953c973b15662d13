/* SPDX-License-Identifier: MIT
 *
 * What sites.c, sites_join.c and sites_find.c share, and nobody else needs: the area of this
 * process, and the way from a stack to its site.
 */
#ifndef MEMRESTRICT_SITES_INSIDE_H
#define MEMRESTRICT_SITES_INSIDE_H

#include "records/sites.h"

/* On a page that is zeros again in a copy of the process (see kernel_copy_mark). */
struct sites_here {
    struct sites_map *map;
    int pid; /* whose it is: a vfork child has its parent's memory */
};
extern struct sites_here *sites_here;

/* Frames that are taken of a stack; constant after start. */
extern unsigned sites_depth;

/* NULL: nothing is collected, or no longer. */
static inline struct sites_map *sites_here_map(void)
{
    return sites_here != NULL ? sites_here->map : NULL;
}

/* The site of the stack from `from` on, a new one if it has none; SITE_OTHER if it cannot be walked
 * or there is no room. */
uint32_t sites_number(struct sites_map *map, const struct stack_at *from);

#endif
