/* SPDX-License-Identifier: MIT
 *
 * How a call site fails (enum explore_mode), by the names that are words of a plan, too.
 */
#ifndef MEMRESTRICT_FAULT_MODES_H
#define MEMRESTRICT_FAULT_MODES_H

#include "common/explore_mode.h"

#include <stdbool.h>

enum { FAULT_MODES_ROOM = 24 };

/* Of one mode. Static. */
const char *fault_modes_name(unsigned mode);
/* Reads "once,keep,rest", or some of them, into a set. */
bool fault_modes_read(const char *words, unsigned *modes);
/* A set as fault_modes_read takes it; `room` is returned. */
const char *fault_modes_words(unsigned modes, char room[FAULT_MODES_ROOM]);

#endif
