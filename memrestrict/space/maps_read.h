/* SPDX-License-Identifier: MIT
 *
 * The text of /proc/PID/smaps, or of maps, which has less, into mappings.
 */
#ifndef MEMRESTRICT_MAPS_READ_H
#define MEMRESTRICT_MAPS_READ_H

#include "space/address_space.h"

#include <stdio.h>

/* Adds the file's mappings. Lines that are none are passed over, and so is what does not rise.
 * False: with errno. */
bool maps_read(FILE *file, struct address_space *space);

#endif
