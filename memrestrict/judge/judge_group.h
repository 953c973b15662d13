/* SPDX-License-Identifier: MIT
 *
 * A control group beneath a submission, where one can be made without asking systemd: the kernel
 * kills what gets more memory than the judge's own limits let through by a way that no count of a
 * process shows, such as files in memory. It is never met before they are. Where the submission's
 * streams are files in memory themselves there is none: those would be charged to it.
 */
#ifndef MEMRESTRICT_JUDGE_GROUP_H
#define MEMRESTRICT_JUDGE_GROUP_H

#include "engines/cgroup_group.h"

#include <stdbool.h>
#include <stdint.h>

struct judge_group {
    struct cgroup_group group;
    bool is_there;
};

/* Puts a process into a new one of at most so many bytes; without one all goes on as without us. */
void judge_group_open(struct judge_group *group, uint64_t most, int pid);
/* Did its limit kill any process? By the kernel's own counts. */
bool judge_group_has_killed(const struct judge_group *group);
/* All processes are gone: takes it away. */
void judge_group_close(struct judge_group *group);

#endif
