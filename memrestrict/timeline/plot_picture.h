/* SPDX-License-Identifier: MIT
 *
 * A timeline as a picture, by gnuplot as a child: it reads its orders and the points from a pipe
 * and draws into memory, so that a picture that fails leaves the file as it was.
 */
#ifndef MEMRESTRICT_PLOT_PICTURE_H
#define MEMRESTRICT_PLOT_PICTURE_H

#include "timeline/plot_data.h"

/* Can the name's ending be drawn: .png or .svg? */
bool plot_picture_known(const char *path);

/* Draws into the file `path`. False: it could not be done, which has been said. */
bool plot_picture(const char *path, const struct plot_data *data);

#endif
