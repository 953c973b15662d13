/* SPDX-License-Identifier: MIT
 *
 * The command line of `memrestrict attach`.
 */
#ifndef MEMRESTRICT_ATTACH_OPTIONS_H
#define MEMRESTRICT_ATTACH_OPTIONS_H

#include "run/options.h"

#include <stdbool.h>

struct attach_options {
    struct run_options run; /* what run has, too; its argv is not set */
    bool tree;              /* descendants as well */
    int pid;
};

/* False: it was not understood, or help was printed; *status is what to exit with. */
bool attach_options_read(int argc, char **argv, struct attach_options *options, int *status);

#endif
