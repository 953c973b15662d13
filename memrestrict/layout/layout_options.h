/* SPDX-License-Identifier: MIT
 *
 * The command line of layout.
 */
#ifndef MEMRESTRICT_LAYOUT_OPTIONS_H
#define MEMRESTRICT_LAYOUT_OPTIONS_H

#include "base/arguments.h"
#include "layout/moment.h"

#include <stdint.h>

struct layout_options {
    int pid;     /* 0: a program is to be started */
    char **argv; /* the program */
    enum start_moment moment;
    bool says_moment;  /* it was asked for */
    const char *limit; /* a budget for it; NULL: none */
    const char *svg, *json;
    bool check, all, quiet;
    int color;          /* 0: as the terminal is; 1 always; 2 never */
    uint64_t heap_room; /* bytes */
    uint64_t watch;     /* nanoseconds between two looks; 0: one look */
};

/* False: it was not understood, or help was printed; *status is what to exit with. */
bool layout_options_read(int argc, char **argv, struct layout_options *options, int *status);

/* "main" and the like. Static. */
const char *layout_moment_id(enum start_moment moment);

#endif
