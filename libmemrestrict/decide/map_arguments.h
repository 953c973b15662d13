/* SPDX-License-Identifier: MIT
 *
 * What the kernel makes of mmap's arguments, as far as it matters before the call: a request that
 * it would take of nobody is its to refuse, with its own errno, and costs no budget.
 */
#ifndef MEMRESTRICT_MAP_ARGUMENTS_H
#define MEMRESTRICT_MAP_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the pages that a mapping of `length` has, huge ones too; 0: more than there can be. */
uintptr_t map_arguments_length(size_t length, int flags);
/* Flags that are EINVAL, whatever there is left. */
bool map_arguments_are_invalid(int flags);
/* A file that cannot be mapped privately: EBADF, EACCES or ENODEV, which come before ENOMEM. 0: it
 * can, for all that its descriptor says. */
int map_arguments_error(int fd);
/* Whole pages from `addr` on. False: the kernel will say EINVAL or ENOMEM by itself. */
bool map_arguments_range(const void *addr, size_t length, uintptr_t *low, uintptr_t *high);
/* The same of all that mremap is told. */
bool map_arguments_can_remap(void *addr, size_t old_length, size_t new_length, int flags,
                             void *new_addr);

#endif
