/* SPDX-License-Identifier: MIT
 *
 * Reads a timeline back (timeline.h). What is no row of one is said with its line, but for a last
 * line without its end: who wrote it may have been killed, or is still at it.
 */
#ifndef MEMRESTRICT_PLOT_READ_H
#define MEMRESTRICT_PLOT_READ_H

#include "timeline/plot_data.h"

/* Reads a timeline; `name` is the file's, for messages. False: it is none, it is empty, or it
 * cannot be read, which has been said. */
bool plot_read(FILE *file, const char *name, struct plot_data *data);

#endif
