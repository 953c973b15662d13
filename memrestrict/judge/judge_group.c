/* SPDX-License-Identifier: MIT */
#include "judge/judge_group.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* What is written into a file in memory is charged to the group of who writes. An overlay does not
 * say where its files are. */
static bool is_in_memory(int fd)
{
    struct stat status;
    struct statfs system;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    if (fstatfs(fd, &system) != 0)
        return true;
    return system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC ||
           system.f_type == HUGETLBFS_MAGIC || system.f_type == OVERLAYFS_SUPER_MAGIC;
}

void judge_group_open(struct judge_group *group, uint64_t most, int pid)
{
    const char *why;
    group->is_there = false;
    if (most == UINT64_MAX || is_in_memory(STDOUT_FILENO) || is_in_memory(STDERR_FILENO) ||
        !cgroup_place_find(&group->group.place, &why) || group->group.place.by_systemd)
        return;
    cgroup_group_sweep(&group->group.place);
    if (!cgroup_group_make(&group->group, most))
        return;
    group->is_there = cgroup_group_join(&group->group, pid);
    if (!group->is_there)
        cgroup_group_remove(&group->group);
}

bool judge_group_has_killed(const struct judge_group *group)
{
    if (!group->is_there)
        return false;
    struct cgroup_figures figures = cgroup_group_figures(&group->group);
    return figures.own && figures.kills > 0;
}

void judge_group_close(struct judge_group *group)
{
    if (group->is_there)
        cgroup_group_remove(&group->group);
    group->is_there = false;
}
