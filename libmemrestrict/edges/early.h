/* SPDX-License-Identifier: MIT
 *
 * Memory for allocations made before the next allocator is known: inside dlsym while we look for
 * it, and by other threads meanwhile. Never freed, never charged; a few hundred bytes in practice.
 */
#ifndef MEMRESTRICT_EARLY_H
#define MEMRESTRICT_EARLY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed, aligned to `alignment` (a power of two) and at least 16. NULL with ENOMEM if there is
 * none. */
void *early_alloc(size_t alignment, size_t size);
bool early_owns(const void *block);
/* The size that was asked for. */
size_t early_size(const void *block);

#endif
