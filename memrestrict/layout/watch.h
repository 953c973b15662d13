/* SPDX-License-Identifier: MIT
 *
 * Looks at a process again and again, with what changed marked: on the second screen of a terminal
 * until a key ends it, elsewhere one look below the other until the process ends.
 */
#ifndef MEMRESTRICT_WATCH_H
#define MEMRESTRICT_WATCH_H

#include "layout/layout_options.h"
#include "space/picture_text.h"

/* Returns the exit status. */
int watch_process(const struct layout_options *options, struct picture_style style);

#endif
