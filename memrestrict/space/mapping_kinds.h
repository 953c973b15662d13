/* SPDX-License-Identifier: MIT
 *
 * What each mapping is for, by its name, its access and its neighbours.
 */
#ifndef MEMRESTRICT_MAPPING_KINDS_H
#define MEMRESTRICT_MAPPING_KINDS_H

#include "space/address_space.h"

/* Sets the kinds, and where the heap ends. `exe` is the program's file, "" if it is not known. */
void mapping_kinds_tell(struct address_space *space, const char *exe);

/* Of the Go runtime, which has stacks among other memory, and looks at their ends itself. */
bool mapping_is_go(const struct mapping *mapping);

#endif
