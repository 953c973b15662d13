/* SPDX-License-Identifier: MIT
 *
 * What tells one build of a program or library from every other: the GNU build-id among its notes.
 */
#ifndef MEMRESTRICT_BUILD_ID_H
#define MEMRESTRICT_BUILD_ID_H

#include "ground/object.h"

enum { BUILD_ID_MOST = 32 };

struct build_id {
    uint32_t length;
    unsigned char bytes[BUILD_ID_MOST];
};

/* Of an object in memory, whose headers are at its start; empty if they are not, or it has none. */
struct build_id build_id_of(const struct object *object);

#endif
