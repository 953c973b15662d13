/* SPDX-License-Identifier: MIT
 *
 * System calls by name, for each kind of program that this machine runs.
 */
#ifndef MEMRESTRICT_CALL_NAMES_H
#define MEMRESTRICT_CALL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum { CALL_NAME_ROOM = 48 };

/* The name of a call as ptrace(2) gives it; "call 1234" where it has none. Writes into `room` and
 * returns it. */
const char *call_name(uint32_t arch, uint64_t number, char room[CALL_NAME_ROOM]);
/* "", "i386" or "x32": which kind of call it is, where that is not this command's own. Static. */
const char *call_kind(uint32_t arch, uint64_t number);

/* Which call it is that i386's socketcall or ipc makes, whose arguments are in memory. NULL: it is
 * none of these two. Static. */
const char *call_name_within(const char *name, const uint64_t args[6]);

/* Is there a call of that name, of any kind? */
bool call_name_exists(const char *name);
/* The one that reads most like it; NULL: none does. Static. */
const char *call_name_nearest(const char *name);

#endif
