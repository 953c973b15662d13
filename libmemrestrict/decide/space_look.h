/* SPDX-License-Identifier: MIT
 *
 * A look at the own address space where the kernel failed a call: a process may be dead before
 * anybody else has looked.
 */
#ifndef MEMRESTRICT_SPACE_LOOK_H
#define MEMRESTRICT_SPACE_LOOK_H

#include "common/accounts.h"

/* Fills in what /proc/self/maps and the limits say now; leaves all 0 where that cannot be read. By
 * one thread at a time. */
void space_look(struct account_space *space);

#endif
