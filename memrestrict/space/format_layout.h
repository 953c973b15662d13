/* SPDX-License-Identifier: MIT
 *
 * A layout in files: JSON, with all that is known, and SVG, with the picture.
 */
#ifndef MEMRESTRICT_FORMAT_LAYOUT_H
#define MEMRESTRICT_FORMAT_LAYOUT_H

#include "space/picture.h"

#include <stdio.h>

struct layout_view {
    const struct picture *picture;
    const char *moment; /* "at main", or nothing */
};

/* Both take a struct layout_view; false: with errno. */
bool format_layout_json(FILE *file, const void *view);
bool format_layout_svg(FILE *file, const void *view);

#endif
