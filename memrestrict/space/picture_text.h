/* SPDX-License-Identifier: MIT
 *
 * A picture on a terminal, with an empty line below, and the faults in words.
 */
#ifndef MEMRESTRICT_PICTURE_TEXT_H
#define MEMRESTRICT_PICTURE_TEXT_H

#include "space/picture.h"

#include <stdio.h>

struct picture_style {
    unsigned width; /* columns, at least PICTURE_LEAST */
    bool unicode, color;
    bool brief;           /* of charges the sum alone, of faults what they are */
    const char *line_end; /* "\n", or with what clears the rest of a line */
};

enum { PICTURE_LEAST = 60 };

/* `moment` is when the look was taken: "at main", or nothing. False: no memory, or with errno. */
bool picture_text(FILE *file, const struct picture *picture, const char *moment,
                  const struct picture_style *style);
/* What of it is charged, by rule; nothing where the library has no account of it. */
bool charges_text(FILE *file, const struct address_space *space, const struct picture_style *style);
bool faults_text(FILE *file, const struct fault_list *list, const struct picture_style *style);

#endif
