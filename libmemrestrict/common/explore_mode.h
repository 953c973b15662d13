/* SPDX-License-Identifier: MIT
 *
 * The ways in which a call site fails when a run explores.
 */
#ifndef MEMRESTRICT_EXPLORE_MODE_H
#define MEMRESTRICT_EXPLORE_MODE_H

/* How the call site fails in a copy. A set of them is asked for. */
enum explore_mode {
    EXPLORE_ONCE = 1,
    EXPLORE_KEEP = 2, /* each time from then on */
    EXPLORE_REST = 4  /* and so does every other heap call */
};

#endif
