/* SPDX-License-Identifier: MIT
 *
 * What the kernel counts of a process beside what it was charged. Who maps memory past the library,
 * by system calls of its own as Go's runtime does, has much of it and is charged little.
 */
#ifndef MEMRESTRICT_RESIDENT_H
#define MEMRESTRICT_RESIDENT_H

#include <stdbool.h>
#include <stdint.h>

/* The bytes that the process has in memory and shares with no file, right now; 0: not known. */
uint64_t resident_of(int pid);

/* Is that so much more than the most that was ever charged that something was not? Small blocks
 * take more than their size, and libraries and stacks are not charged: that much is let pass. */
bool resident_is_beyond(uint64_t resident, uint64_t peak, unsigned threads);

#endif
