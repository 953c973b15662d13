/* SPDX-License-Identifier: MIT
 *
 * What is loaded where: the programs and libraries of the process, by the one way to ask that takes
 * no lock and does not allocate.
 */
#ifndef MEMRESTRICT_OBJECT_H
#define MEMRESTRICT_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct object {
    uintptr_t start, end;
    uintptr_t bias;           /* what was added to the addresses in its file */
    const char *path;         /* as the loader knows it; empty: the program itself */
    const void *eh_frame_hdr; /* NULL: it has none */
};

/* Can the C library say? glibc can, from 2.35 on. */
bool object_is_known(void);
/* False: nothing is loaded there, or it cannot say. Good while something there runs, or is loaded.
 */
bool object_at(uintptr_t address, struct object *object);
/* Where the loader itself is. False also if it was given the program as an argument. */
bool object_of_loader(struct object *object);

#endif
