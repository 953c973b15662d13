/* SPDX-License-Identifier: MIT
 *
 * What to start, and at which moment to look at it.
 */
#ifndef MEMRESTRICT_MOMENT_H
#define MEMRESTRICT_MOMENT_H

#include "base/variables.h"

#include <stdbool.h>

enum start_moment { START_START, START_MAIN, START_EXIT, START_REFUSAL, START_PEAK };

struct start {
    char **argv;
    const struct variable *variables;
    enum start_moment moment;
    /* Looks at the stopped process; `where` is when this is, in words. For the peak more than once:
     * the last look counts. False: it failed, and said so. */
    bool (*look)(void *into, int pid, const char *where);
    void *into;
};

#endif
