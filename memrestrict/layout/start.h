/* SPDX-License-Identifier: MIT
 *
 * Starts a program and stops it at a moment, with all its threads, so that one can look at it; by
 * ptrace(2), so static programs too. Its children run on untraced.
 */
#ifndef MEMRESTRICT_START_H
#define MEMRESTRICT_START_H

#include <stdbool.h>

enum start_moment { START_START, START_MAIN, START_EXIT, START_REFUSAL, START_PEAK };

/* The program's variables beside those that the command has; ended by one without a name. */
struct start_variable {
    const char *name;
    const char *value;
};

struct start {
    char **argv;
    const struct start_variable *variables;
    enum start_moment moment;
    /* Looks at the stopped process; `where` is when this is, in words. For the peak more than once:
     * the last look counts. False: it failed, and said so. */
    bool (*look)(void *into, int pid, const char *where);
    void *into;
};

/* False: it could not be run, or the moment did not come, which was said; *status is what to exit
 * with. The program is gone afterwards. */
bool start_and_look(const struct start *start, int *status);

#endif
