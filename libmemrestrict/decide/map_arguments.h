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

#endif
