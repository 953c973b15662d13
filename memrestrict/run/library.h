/* SPDX-License-Identifier: MIT
 *
 * Where the library is, and how LD_PRELOAD has to name it. Beside the command in a build folder; or
 * where it was installed, relative to the command, so that a tree can be moved.
 */
#ifndef MEMRESTRICT_LIBRARY_H
#define MEMRESTRICT_LIBRARY_H

#include <limits.h>
#include <stdbool.h>

struct library {
    char path[PATH_MAX];    /* of the one for programs of the command's own kind */
    char preload[PATH_MAX]; /* how LD_PRELOAD names it: may have $LIB, or be a descriptor of ours */
    char other[PATH_MAX];   /* the one for programs of the other word size; empty: there is none */
};

/* False: there is none, which has been said. */
bool library_find(struct library *library);

/* The value of LD_PRELOAD: ours first, then what was there. The caller frees it. NULL: no
 * memory. */
char *library_preload(const struct library *library, const char *existing);

#endif
