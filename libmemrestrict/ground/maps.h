/* SPDX-License-Identifier: MIT
 *
 * The kernel's own list of this process's mappings, /proc/self/maps (proc(5)): for the rare case
 * that a call failed after it had done a part of its work.
 */
#ifndef MEMRESTRICT_MAPS_H
#define MEMRESTRICT_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct maps {
    int fd;
    bool failed;       /* the end that was met was an error */
    size_t length, at; /* of what is in the buffer */
    char buffer[1024];
};

struct maps_range {
    uintptr_t low, high;
    bool readable, writable, shared;
};

/* Where the list is read from; tests have lists of their own. */
extern const char *maps_source;

/* False: not to be had (no /proc, no descriptor left). */
bool maps_open(struct maps *maps);
/* The same of this thread, which has one also when the process's first thread has ended. */
bool maps_open_own(struct maps *maps);
/* The next mapping, by rising address. False: there is none, or none can be read; the list is
 * closed. */
bool maps_next(struct maps *maps, struct maps_range *range);
/* The same, with the last part of its path, or the name that the kernel gives it, cut short to
 * `room` with a final zero; "": it has none. */
bool maps_next_named(struct maps *maps, struct maps_range *range, char *name, size_t room);

/* Is a byte of [low, high) not mapped? False also where the list cannot be read. */
bool maps_have_hole(uintptr_t low, uintptr_t high);

#endif
