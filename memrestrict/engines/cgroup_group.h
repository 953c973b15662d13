/* SPDX-License-Identifier: MIT
 *
 * The control group of a run: made and limited, with the figures that the kernel keeps of it. Its
 * name has the command's process ID and start time, so that a later run can take away what a
 * command left that was killed.
 */
#ifndef MEMRESTRICT_CGROUP_GROUP_H
#define MEMRESTRICT_CGROUP_GROUP_H

#include "engines/cgroup_place.h"

#include <stddef.h>
#include <stdint.h>

struct cgroup_group {
    struct cgroup_place place;
    char name[64];
    char folder[PATH_MAX]; /* empty: it is not there yet, or no more */
    uint64_t limit;        /* bytes, as the kernel has taken it; UINT64_MAX: none */
    bool swap_free;        /* memory can go to swap, beyond the limit */
    int holder;            /* with systemd: a process that holds the group, or 0 */
    int leash;             /* a pipe: the holder ends with its other side */
};

struct cgroup_figures {
    uint64_t peak;  /* bytes; 0: the kernel keeps none */
    uint64_t met;   /* times that the limit was met */
    uint64_t kills; /* by any shortage of memory */
    bool own;       /* the limit that led to a kill was this group's, or one's below it */
    bool changed;   /* the limit is not as it was set */
};

/* False: errno, and nothing is left. With systemd it is made by joining alone. */
bool cgroup_group_make(struct cgroup_group *group, uint64_t limit);
/* Puts a process into it. False: errno. */
bool cgroup_group_join(struct cgroup_group *group, int pid);
/* Is it in the group, or in one below? True also of who has ended. */
bool cgroup_group_holds(const struct cgroup_group *group, int pid);
/* Another limit. False: errno, and it is as it was; below what is in use the kernel may say EBUSY.
 */
bool cgroup_group_set(struct cgroup_group *group, uint64_t limit);
/* Kills all that is in it at once. False: errno; the kernel cannot. */
bool cgroup_group_kill(const struct cgroup_group *group);
struct cgroup_figures cgroup_group_figures(const struct cgroup_group *group);
/* Takes it away; who was just killed is waited for, some tenths of a second. Returns how many
 * processes are in it still: then it stays. */
size_t cgroup_group_remove(struct cgroup_group *group);

/* Takes away the empty groups of commands that are no more. */
void cgroup_group_sweep(const struct cgroup_place *place);

#endif
