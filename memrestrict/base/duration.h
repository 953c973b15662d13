/* SPDX-License-Identifier: MIT
 *
 * Durations as timeout(1) takes them, and the clock of the command.
 */
#ifndef MEMRESTRICT_DURATION_H
#define MEMRESTRICT_DURATION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define DURATION_ACCEPTED "a duration such as 10, 0.5s, 500ms, 5m, 1h or 1d"

/* A decimal number, then nothing or s for seconds, ms, m, h or d. False: not understood, or more
 * than a hundred years. */
bool duration_parse(const char *word, uint64_t *nanoseconds);

/* In seconds, with three digits behind the point: what is finer is cut off. */
void duration_write(FILE *file, uint64_t nanoseconds);

/* CLOCK_MONOTONIC, in nanoseconds, and finer than the library's clock. */
uint64_t duration_now(void);

#endif
