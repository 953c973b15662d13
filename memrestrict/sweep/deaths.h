/* SPDX-License-Identifier: MIT
 *
 * How many processes of a run were ended by which signal that is a crash or an abort: a process may
 * hide its child's end, or die of what follows from it.
 */
#ifndef MEMRESTRICT_DEATHS_H
#define MEMRESTRICT_DEATHS_H

#include <jansson.h>
#include <stdint.h>

enum { DEADLY = 7 };

struct deaths {
    uint64_t by[DEADLY]; /* the worst signal first */
};

/* Of `processes` as an outcome has them: all, or those with this `pid`, if it is not 0. */
struct deaths deaths_among(const json_t *processes, int pid);
/* Keeps the larger number of each. */
void deaths_widen(struct deaths *deaths, const struct deaths *other);
/* The worst signal of which more died than before; 0: none. */
int deaths_worst(const struct deaths *deaths, const struct deaths *before);

#endif
