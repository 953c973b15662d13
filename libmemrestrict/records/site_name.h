/* SPDX-License-Identifier: MIT
 *
 * The name of a call site: a number made of what its frames are in their files, by build-id (or the
 * file's own name, where there is none) and offset. It is the same in every run of the same
 * programs and libraries, wherever they are loaded.
 */
#ifndef MEMRESTRICT_SITE_NAME_H
#define MEMRESTRICT_SITE_NAME_H

#include <stdint.h>

/* Once, in the preloaded library: its own frames do not count from then on, though some plans and
 * settings put one between a thread's. */
void site_name_start(void);

/* Of a stack as stack_walk gives it, never 0. Frames in no file are all alike. Takes no lock, does
 * not allocate: for threads and signal handlers. */
uint64_t site_name(const uintptr_t *addresses, unsigned length);

/* Of such names, and of hashes of stacks: one word more. */
static inline uint64_t site_name_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

#endif
