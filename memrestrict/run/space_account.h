/* SPDX-License-Identifier: MIT
 *
 * What the library says of a process, put to what the kernel says of its address space.
 */
#ifndef MEMRESTRICT_SPACE_ACCOUNT_H
#define MEMRESTRICT_SPACE_ACCOUNT_H

#include "run/roster.h"
#include "space/address_space.h"

/* Of the same process; false: it is another, or has become another program. */
bool space_account_take(struct address_space *space, const struct roster_tree *tree,
                        const struct roster_process *process);

#endif
