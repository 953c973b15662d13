/* SPDX-License-Identifier: MIT
 *
 * Hash tables, which are uthash's, and FNV-1a of 64 bits (Fowler, Noll, Vo): for telling outputs,
 * builds and call stacks apart, not for keeping anybody out.
 *
 * Left alone, uthash ends the command where memory is short. Here it does not: an element that
 * finds no room is not in the table, which is as it was, and HASH_ADDED says so. Handles are called
 * hh. No file includes uthash.h but this one.
 */
#ifndef MEMRESTRICT_HASH_H
#define MEMRESTRICT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include <uthash.h>

/* Is the element, which was just added, in the table? It is still the caller's. */
#define HASH_ADDED(element) ((element)->hh.tbl != NULL)

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_more(uint64_t hash, const void *data, size_t size)
{
    for (const unsigned char *byte = data; size > 0; byte++, size--)
        hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
