/* SPDX-License-Identifier: MIT
 *
 * One line on stderr that is written over and over while something goes on; nothing at all where
 * stderr is no terminal.
 */
#ifndef MEMRESTRICT_PROGRESS_H
#define MEMRESTRICT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool shown;     /* stderr is a terminal that can, and nobody wants quiet */
    uint64_t began; /* CLOCK_MONOTONIC, in nanoseconds */
    uint64_t next;  /* not before then anything is written again */
};

void progress_begin(struct progress *progress, bool quiet);
/* "12 of 40, 3 min to go: ...": `what` is one line, cut at the edge of the terminal. */
void progress_show(struct progress *progress, uint64_t done, uint64_t all, const char *what);
/* Takes the line away: before anything else is written, and at the end. */
void progress_clear(struct progress *progress);

#endif
