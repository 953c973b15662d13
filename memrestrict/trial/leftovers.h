/* SPDX-License-Identifier: MIT
 *
 * What a program left running: processes that it did not wait for, also those that went into a
 * session of their own. While this is wanted, orphans become our children; whose they are, their
 * TMPDIR tells.
 */
#ifndef MEMRESTRICT_LEFTOVERS_H
#define MEMRESTRICT_LEFTOVERS_H

#include <stdbool.h>

/* Makes orphans ours, or leaves them to whom they would go without us. */
void leftovers_claim(bool claim);
/* Ends our children, and those that become ours by that, whose TMPDIR is `folder` or below it.
 * `is_spared` says of a child that it is none of them. */
void leftovers_end(const char *folder, bool (*is_spared)(void *context, int pid), void *context);

#endif
