/* SPDX-License-Identifier: MIT
 *
 * A timeline on the terminal: the largest curve (or the tree's) as a graph, the others a line each.
 */
#ifndef MEMRESTRICT_PLOT_TEXT_H
#define MEMRESTRICT_PLOT_TEXT_H

#include "timeline/plot_data.h"

struct plot_text_style {
    unsigned width; /* columns, at least 20 */
    bool unicode;   /* the terminal shows UTF-8; else ASCII */
    bool color;
};

/* False: it could not be written, with errno. */
bool plot_text(FILE *file, const struct plot_data *data, const struct plot_text_style *style);

#endif
