/* SPDX-License-Identifier: MIT */
#include "live/outside.h"

#include "base/message.h"
#include "run/descendants.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct looking {
    struct outside *outside;
    const struct engine *engine;
    int command;
    bool failed;
};

static ssize_t executable_of(int pid, char target[PATH_MAX])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return readlink(path, target, PATH_MAX);
}

/* A process that the command made for itself: a copy of it, under another name. */
static bool is_helper(int pid, int parent, const struct looking *looking, const char *name)
{
    char one[PATH_MAX], other[PATH_MAX];
    if (parent != looking->command || strcmp(name, "memrestrict") == 0)
        return false;
    ssize_t length = executable_of(pid, one);
    return length > 0 && length == executable_of(parent, other) &&
           memcmp(one, other, (size_t)length) == 0;
}

static void look(void *context, int pid, int parent)
{
    struct looking *looking = context;
    struct outside *outside = looking->outside;
    struct proc_stat stat;
    char path[64];
    if (looking->failed || proc_stat_of(pid, &stat) != 0 || stat.state == 'Z' ||
        is_helper(pid, parent, looking, stat.name))
        return;
    struct outside_process *list =
        reallocarray(outside->list, outside->count + 1, sizeof *outside->list);
    looking->failed = list == NULL;
    if (list == NULL)
        return;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    struct outside_process *process = &list[outside->count++];
    *process = (struct outside_process){.pid = pid, .parent = parent};
    process->used = proc_bytes(path, looking->engine->used_by_all != NULL ? "VmRSS:" : "VmData:");
    memcpy(process->program, stat.name, sizeof process->program);
    outside->list = list;
    outside->used += process->used;
}

/* They are no children of the command. */
static void look_at_attached(const struct found_run *run, struct looking *looking)
{
    struct dirent *entry;
    struct proc_stat stat;
    DIR *processes = opendir("/proc");
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && find_runs_is_attached(run, pid) && proc_stat_of(pid, &stat) == 0)
            look(looking, pid, stat.parent);
    }
    if (processes != NULL)
        closedir(processes);
}

bool outside_read(const struct found_run *run, struct outside *outside)
{
    const struct engine *engine = run->card.engine;
    struct looking looking = {.outside = outside, .engine = engine, .command = run->command};
    *outside = (struct outside){NULL, 0, 0};
    if (run->card.attached)
        look_at_attached(run, &looking);
    else
        descendants_each(run->command, look, &looking);
    if (looking.failed) {
        message("no memory for a list of processes");
        outside_free(outside);
        return false;
    }
    if (engine->used_by_all != NULL && outside->count > 0)
        outside->used = engine->used_by_all(outside->list[0].pid);
    return true;
}

void outside_free(struct outside *outside)
{
    free(outside->list);
    *outside = (struct outside){NULL, 0, 0};
}
