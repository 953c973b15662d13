/* SPDX-License-Identifier: MIT */
#include "run/kernel_end.h"

#include "run/proc_dead.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of another user's process /proc shows 0. */
static bool is_shown(int pid, int status)
{
    struct stat folder;
    char path[32];
    snprintf(path, sizeof path, "/proc/%d", pid);
    return status != 0 || geteuid() == 0 ||
           (stat(path, &folder) == 0 && folder.st_uid == geteuid());
}

static bool read_dead(const struct orphans *orphans, const struct roster_process *gone,
                      struct proc_dead *remains)
{
    return orphans_find(orphans, gone->pid, gone->start_time, remains) ||
           (proc_dead_read(gone->pid, remains) && remains->dead &&
            remains->start_time == gone->start_time && is_shown(gone->pid, remains->status));
}

/* One that a signal ended under another name may have been another program. */
bool kernel_end_of(const struct orphans *orphans, const struct roster_process *gone, int *status)
{
    struct proc_dead remains;
    if (gone->pid == 0)
        return false;
    if (read_dead(orphans, gone, &remains)) {
        bool named = strncmp(remains.name, gone->program, PROC_DEAD_NAME - 1) == 0;
        *status = remains.status;
        return WIFSIGNALED(*status) ? named : !gone->in_exec;
    }
    *status = gone->wait_status;
    return gone->waited && !gone->in_exec;
}
