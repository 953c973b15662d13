/* SPDX-License-Identifier: MIT
 *
 * Whether this program is one of those that end by a system call of their own, which the C library,
 * and who stands before it, never sees.
 */
#ifndef MEMRESTRICT_PROGRAM_EXIT_H
#define MEMRESTRICT_PROGRAM_EXIT_H

#include <stdbool.h>

/* Go's runtime always does, and a sanitizer that has found something. */
bool program_exits_by_itself(void);

#endif
