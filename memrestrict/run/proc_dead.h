/* SPDX-License-Identifier: MIT
 *
 * What the kernel tells of a process also when it has ended and nobody has waited for it yet: its
 * last name, and how it died.
 */
#ifndef MEMRESTRICT_PROC_DEAD_H
#define MEMRESTRICT_PROC_DEAD_H

#include "common/proc.h"

#include <stdbool.h>
#include <stdint.h>

enum { PROC_DEAD_NAME = PROC_NAME };

struct proc_dead {
    char name[PROC_DEAD_NAME];
    bool dead;
    uint64_t start_time; /* clock ticks since boot */
    int status;          /* of the dead, as wait(2) has it; else 0 */
};

/* False: there is no such process, or it cannot be looked at. */
bool proc_dead_read(int pid, struct proc_dead *remains);

/* Is this the name of a program, as far as can be seen? One that is in the PATH or the working
 * folder, or named in `argv`, or beside a file that is. Else a process only calls itself so. */
bool proc_dead_is_program(const char name[PROC_DEAD_NAME], char **argv);

#endif
