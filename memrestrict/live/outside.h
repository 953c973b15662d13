/* SPDX-License-Identifier: MIT
 *
 * The processes of a run that is limited from outside, as the kernel shows them: nobody else keeps
 * figures of them while they run.
 */
#ifndef MEMRESTRICT_OUTSIDE_H
#define MEMRESTRICT_OUTSIDE_H

#include "common/proc.h"
#include "live/find_runs.h"

struct outside_process {
    int pid, parent;
    uint64_t used;           /* bytes: private and writable, or, in a control group, resident */
    char program[PROC_NAME]; /* any bytes */
};

struct outside {
    struct outside_process *list;
    size_t count;
    uint64_t used; /* by all together */
};

/* False: no memory, which has been said. */
bool outside_read(const struct found_run *run, struct outside *outside);
void outside_free(struct outside *outside);

#endif
