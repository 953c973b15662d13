/* SPDX-License-Identifier: MIT
 *
 * Where a control group for a run can be made: below the one that we are in, or beside it, by
 * cgroups(7) v2 where that has the memory controller, else by v1; or by systemd, which makes it for
 * us.
 */
#ifndef MEMRESTRICT_CGROUP_PLACE_H
#define MEMRESTRICT_CGROUP_PLACE_H

#include <limits.h>
#include <stdbool.h>

struct cgroup_place {
    bool unified;          /* v2 */
    bool by_systemd;       /* else in `folder` */
    char folder[PATH_MAX]; /* v2's mount, with systemd */
};

/* False: there is none; why, in a static room. */
bool cgroup_place_find(struct cgroup_place *place, const char **why);

/* The folder of the group that a process is in, and whether that is v2: only looks, and needs no
 * place. False: unknown. */
bool cgroup_place_of(int pid, char folder[PATH_MAX], bool *unified);

#endif
