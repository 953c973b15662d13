/* SPDX-License-Identifier: MIT
 *
 * FNV-1a of 64 bits (Fowler, Noll, Vo): for telling outputs, builds and call stacks apart, not for
 * keeping anybody out.
 */
#ifndef MEMRESTRICT_HASH_H
#define MEMRESTRICT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_more(uint64_t hash, const void *data, size_t size)
{
    for (const unsigned char *byte = data; size > 0; byte++, size--)
        hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
