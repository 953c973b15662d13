/* SPDX-License-Identifier: MIT */
#include "engines/cgroup_group.h"

#include "common/proc.h"
#include "engines/cgroup_files.h"
#include "engines/cgroup_group_systemd.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LITTLE = 1024 * 1024 };

/* The same things by their names in v1 and in v2. */
static const char *limit_file(const struct cgroup_group *group)
{
    return group->place.unified ? "memory.max" : "memory.limit_in_bytes";
}

static const char *swap_file(const struct cgroup_group *group)
{
    return group->place.unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
}

static uint64_t start_time_of(int pid)
{
    struct proc_stat stat;
    return proc_stat_of(pid, &stat) == 0 ? stat.start_time : 0;
}

static bool has_swap(void)
{
    char lines[512];
    const char *second =
        cgroup_read("/proc", "swaps", lines, sizeof lines) ? strchr(lines, '\n') : NULL;
    return second != NULL && second[1] != '\0';
}

/* In v1 the second limit is on memory and swap together. A little more than the first, so that it
 * is the first that is met and counts it: newer kernels count nothing at the second. */
static bool set_limits(struct cgroup_group *group, uint64_t limit)
{
    if (!cgroup_write_number(group->folder, limit_file(group), limit))
        return false;
    group->limit = cgroup_number(group->folder, limit_file(group), NULL);
    uint64_t swap = group->place.unified ? 0 : limit + LITTLE;
    group->swap_free = !cgroup_write_number(group->folder, swap_file(group), swap) && has_swap();
    return true;
}

bool cgroup_group_make(struct cgroup_group *group, uint64_t limit)
{
    int pid = getpid();
    snprintf(group->name, sizeof group->name, "memrestrict.%d.%" PRIu64, pid, start_time_of(pid));
    group->limit = limit;
    if (group->place.by_systemd)
        return true;
    errno = ENAMETOOLONG;
    if (snprintf(group->folder, sizeof group->folder, "%s/%s", group->place.folder, group->name) >=
        PATH_MAX)
        return false;
    if (mkdir(group->folder, 0755) == 0 && (limit == UINT64_MAX || set_limits(group, limit)))
        return true;
    int error = errno;
    rmdir(group->folder);
    group->folder[0] = '\0';
    errno = error;
    return false;
}

bool cgroup_group_join(struct cgroup_group *group, int pid)
{
    if (group->place.by_systemd)
        return cgroup_group_systemd_join(group, pid);
    return cgroup_write_number(group->folder, "cgroup.procs", (uint64_t)pid);
}

/* Who is ending has lost its memory before its group. */
static bool has_memory(int pid)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    return proc_bytes(path, "VmSize:") != 0;
}

/* Where it is, is read first: who dies meanwhile is out of all groups. */
bool cgroup_group_holds(const struct cgroup_group *group, int pid)
{
    char folder[PATH_MAX];
    bool unified;
    size_t length = strlen(group->folder);
    if (!cgroup_place_of(pid, folder, &unified))
        return true; /* nobody can say */
    bool within = strncmp(folder, group->folder, length) == 0 &&
                  (folder[length] == '/' || folder[length] == '\0');
    return within || !has_memory(pid);
}

/* In v1 the first limit may never be above the second. */
bool cgroup_group_set(struct cgroup_group *group, uint64_t limit)
{
    bool raises = limit > group->limit, is_set = set_limits(group, limit);
    if (!is_set && raises && !group->place.unified)
        is_set = cgroup_write_number(group->folder, swap_file(group), limit + LITTLE) &&
                 set_limits(group, limit);
    return is_set;
}

bool cgroup_group_kill(const struct cgroup_group *group)
{
    return group->place.unified && cgroup_write(group->folder, "cgroup.kill", "1");
}

/* oom_kill counts what any shortage killed, so a group around this one's, or the machine's; that
 * this limit was it shows in v2's "oom", and in v1 by the count of those times that it was met. */
struct cgroup_figures cgroup_group_figures(const struct cgroup_group *group)
{
    const char *folder = group->folder;
    struct cgroup_figures figures = {0};
    if (group->place.unified) {
        figures.peak = cgroup_number(folder, "memory.peak", NULL);
        figures.met = cgroup_number(folder, "memory.events", "max");
        figures.kills = cgroup_number(folder, "memory.events", "oom_kill");
        figures.own = cgroup_number(folder, "memory.events", "oom") != 0;
    } else {
        figures.peak = cgroup_number(folder, "memory.max_usage_in_bytes", NULL);
        figures.met = cgroup_number(folder, "memory.failcnt", NULL) +
                      cgroup_number(folder, "memory.memsw.failcnt", NULL);
        figures.kills = cgroup_number(folder, "memory.oom_control", "oom_kill");
        figures.own = figures.met != 0;
    }
    figures.changed = group->limit != UINT64_MAX &&
                      cgroup_number(folder, limit_file(group), NULL) != group->limit;
    return figures;
}

static void pause_a_little(void)
{
    const long moment = 20 * 1000 * 1000;
    nanosleep(&(struct timespec){.tv_nsec = moment}, NULL);
}

size_t cgroup_group_remove(struct cgroup_group *group)
{
    enum { TRIES = 25 };
    size_t left = 0;
    if (group->folder[0] == '\0')
        return 0;
    cgroup_group_systemd_let_go(group);
    for (int i = 0; i < TRIES && !cgroup_remove(group->folder); i++) {
        if (errno == ENOENT)
            break;
        pause_a_little();
    }
    left = cgroup_each(group->folder, NULL, NULL);
    group->folder[0] = '\0';
    return left;
}

static bool is_left(const char *name)
{
    int pid, length = 0;
    uint64_t start;
    return sscanf(name, "memrestrict.%d.%" SCNu64 "%n", &pid, &start, &length) == 2 &&
           name[length] == '\0' && pid > 0 && start_time_of(pid) != start;
}

void cgroup_group_sweep(const struct cgroup_place *place)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *entries = place->by_systemd ? NULL : opendir(place->folder);
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (is_left(entry->d_name) &&
            snprintf(path, sizeof path, "%s/%s", place->folder, entry->d_name) < PATH_MAX)
            cgroup_remove(path);
    if (entries != NULL)
        closedir(entries);
}
