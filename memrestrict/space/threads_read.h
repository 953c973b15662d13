/* SPDX-License-Identifier: MIT
 *
 * Which mappings are the stacks of threads, and what is below them: by the stack pointers, where
 * the kernel tells them, which it does of threads that wait, to who could trace them.
 */
#ifndef MEMRESTRICT_THREADS_READ_H
#define MEMRESTRICT_THREADS_READ_H

#include "space/address_space.h"

/* After mapping_kinds_tell. */
void threads_read(int pid, struct address_space *space);

#endif
