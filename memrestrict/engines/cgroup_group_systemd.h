/* SPDX-License-Identifier: MIT
 *
 * A group by systemd, as `systemd-run --user --scope` has it made, but for a process that waits to
 * become the program. systemd takes a scope away as soon as it is empty, with all figures: so a
 * process of ours stays in it until they have been read.
 */
#ifndef MEMRESTRICT_CGROUP_GROUP_SYSTEMD_H
#define MEMRESTRICT_CGROUP_GROUP_SYSTEMD_H

#include "engines/cgroup_group.h"

/* Has a scope made with this process in it. False: errno. */
bool cgroup_group_systemd_join(struct cgroup_group *group, int pid);
/* Ends the process of ours; nothing, where there is none. */
void cgroup_group_systemd_let_go(struct cgroup_group *group);

#endif
