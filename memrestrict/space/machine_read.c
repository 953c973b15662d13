/* SPDX-License-Identifier: MIT */
#include "space/machine_read.h"

#include "space/kernel_file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 65536 };

void machine_read(struct space_system *system)
{
    char *text = kernel_file(kernel_path("/proc/meminfo"), TEXT_MOST, NULL);
    *system = (struct space_system){
        .randomize = kernel_number(kernel_path("/proc/sys/kernel/randomize_va_space"), -1),
        .legacy = kernel_number(kernel_path("/proc/sys/vm/legacy_va_layout"), -1),
        .overcommit = kernel_number(kernel_path("/proc/sys/vm/overcommit_memory"), -1),
        .max_map_count = kernel_number(kernel_path("/proc/sys/vm/max_map_count"), -1),
        .commit_limit = SPACE_UNKNOWN,
        .committed = SPACE_UNKNOWN,
        .memory = SPACE_UNKNOWN,
        .swap = SPACE_UNKNOWN,
    };
    if (text == NULL)
        return;
    system->commit_limit = kernel_line_bytes(text, "CommitLimit");
    system->committed = kernel_line_bytes(text, "Committed_AS");
    system->memory = kernel_line_bytes(text, "MemTotal");
    system->swap = kernel_line_bytes(text, "SwapTotal");
    free(text);
}

/* The files of a group, in the old and in the new kind of hierarchy. */
struct kind {
    const char *folder, *limit, *used;
};

/* Looks at the group and all above it; the one with the least left counts. */
static void read_groups(const struct kind *kind, char *group, struct space_cgroup *cgroup)
{
    const int64_t far = INT64_C(1) << 60; /* the old kind's word for none is near 2^63 */
    for (;;) {
        const char *slash = strcmp(group, "/") == 0 ? "" : group;
        int64_t limit = kernel_number(kernel_path("%s%s/%s", kind->folder, slash, kind->limit), -1);
        int64_t used = kernel_number(kernel_path("%s%s/%s", kind->folder, slash, kind->used), 0);
        uint64_t left = limit > used ? (uint64_t)(limit - used) : 0;
        if (limit >= 0 && limit < far &&
            (cgroup->limit == SPACE_UNKNOWN || left < cgroup->limit - cgroup->used)) {
            cgroup->limit = (uint64_t)limit;
            cgroup->used = used < limit ? (uint64_t)used : (uint64_t)limit;
            snprintf(cgroup->name, sizeof cgroup->name, "%s", group);
        }
        char *last = strrchr(group, '/');
        if (last == NULL || strcmp(group, "/") == 0)
            return;
        last[last == group] = '\0';
    }
}

void machine_read_cgroup(int pid, struct space_cgroup *cgroup)
{
    static const struct kind new = {"/sys/fs/cgroup", "memory.max", "memory.current"},
                             old = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                    "memory.usage_in_bytes"};
    char *text = kernel_file(kernel_path("/proc/%d/cgroup", pid), TEXT_MOST, NULL), *rest = NULL;
    *cgroup = (struct space_cgroup){.limit = SPACE_UNKNOWN, .used = SPACE_UNKNOWN};
    if (text == NULL)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':');
        char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL || strstr(group, "/..") != NULL || strlen(group) > PATH_MAX)
            continue; /* one outside of our own namespace is not below our mount */
        *group++ = '\0';
        if (strcmp(controllers, ":") == 0)
            read_groups(&new, group, cgroup);
        else if (strcmp(controllers, ":memory") == 0)
            read_groups(&old, group, cgroup);
    }
    free(text);
}
