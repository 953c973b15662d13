/* SPDX-License-Identifier: MIT
 *
 * Sizes and durations as people read them: powers of 1024 with one decimal, cut and never rounded
 * up, so that what is below a limit does not read as the limit.
 */
#ifndef MEMRESTRICT_SIZE_WORDS_H
#define MEMRESTRICT_SIZE_WORDS_H

#include <stdint.h>

enum { SIZE_ROOM = 24, SIZE_PAIR_ROOM = 64, DURATION_ROOM = 32 };

/* "512 bytes", "63.4 MiB"; UINT64_MAX is "unlimited". Writes into `room` and returns it, as all
 * here do. */
const char *size_words(uint64_t bytes, char room[SIZE_ROOM]);

/* "63.4 of 64.0 MiB", "512 bytes of 64.0 MiB"; without a limit "63.4 MiB". */
const char *size_pair(uint64_t bytes, uint64_t limit, char room[SIZE_PAIR_ROOM]);

/* Of nanoseconds: "12 ms", "2.5 s", "10 s", "3 min 20 s", "2 h 5 min". */
const char *duration_words(uint64_t nanoseconds, char room[DURATION_ROOM]);

#endif
