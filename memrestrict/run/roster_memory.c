/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/fd.h"
#include "base/message.h"
#include "common/proc.h"
#include "run/descendants.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

/* A limit on the size of files is meant for files: as far as we may, we do without it here. Past
 * it, the kernel would end us by a signal. */
static bool set_size(int fd, off_t size)
{
    struct rlimit limit;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        return false;
    struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    sigaction(SIGXFSZ, &ignore, &before);
    setrlimit(RLIMIT_FSIZE, &raised);
    bool set = ftruncate(fd, size) == 0 && fcntl(fd, F_ADD_SEALS, SEALS) == 0;
    int saved_errno = errno;
    setrlimit(RLIMIT_FSIZE, &limit);
    sigaction(SIGXFSZ, &before, NULL);
    errno = saved_errno;
    return set;
}

/* Memory that could still be cut short would end us by a signal. */
struct accounts *roster_map(int fd)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(fd, &status) != 0 ||
        status.st_size < (off_t)sizeof(struct accounts)) {
        errno = EINVAL;
        return NULL;
    }
    void *pages = mmap(NULL, sizeof(struct accounts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void fill(struct accounts *accounts, const struct roster_limits *limits, int sites,
                 int explore)
{
    struct proc_stat stat = {0};
    proc_stat("/proc/self/stat", &stat);
    accounts->version = ACCOUNTS_VERSION;
    accounts->size = sizeof *accounts;
    accounts->command = getpid();
    accounts->command_start = stat.start_time;
    accounts->pid_namespace = proc_pid_namespace();
    accounts->sites = sites;
    accounts->explore = explore;
    accounts->reserve = limits->reserve;
    accounts->tree_limit = limits->tree_limit;
    accounts->magic = ACCOUNTS_MAGIC;
}

static bool make(struct roster *roster)
{
    roster->fd = fd_above(memfd_create("memrestrict", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (roster->fd >= 0 && set_size(roster->fd, sizeof *roster->accounts))
        roster->accounts = roster_map(roster->fd);
    return roster->accounts != NULL;
}

static void note_child(void *context, int pid, int parent)
{
    (void)pid;
    (void)parent;
    *(bool *)context = true;
}

/* Who became the command by exec may have some. */
static bool has_children(int command)
{
    bool any = false;
    descendants_each(command, note_child, &any);
    return any;
}

struct roster *roster_open(const struct roster_limits *limits, int sites, int explore, bool adopts)
{
    struct roster *roster = calloc(1, sizeof *roster);
    if (roster == NULL || !make(roster)) {
        message("cannot make the accounts, %zu KiB of shared memory: %s%s",
                sizeof(struct accounts) / 1024, strerror(errno),
                errno == EFBIG ? " (see ulimit -f)" : "");
        roster_close(roster);
        return NULL;
    }
    roster->command = getpid();
    roster->limits = *limits;
    roster->adopts = adopts && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
    roster->had_children = has_children(roster->command);
    fill(roster->accounts, limits, sites, explore);
    return roster;
}

struct roster *roster_attach(int fd, int command)
{
    struct roster *roster = calloc(1, sizeof *roster);
    struct proc_stat stat;
    if (roster == NULL)
        return NULL;
    roster->fd = -1;
    roster->command = command;
    roster->limits.limit = roster->limits.tree_limit = ACCOUNTS_UNLIMITED;
    roster->accounts = roster_map(fd);
    if (roster->accounts != NULL && accounts_are_ours(roster->accounts) &&
        roster->accounts->command == command && proc_stat_of(command, &stat) == 0 &&
        stat.start_time == roster->accounts->command_start)
        return roster;
    roster_close(roster);
    return NULL;
}

void roster_close(struct roster *roster)
{
    if (roster == NULL)
        return;
    if (roster->accounts != NULL)
        munmap(roster->accounts, sizeof *roster->accounts);
    if (roster->fd > 0)
        close(roster->fd);
    free(roster);
}

int roster_fd(const struct roster *roster) { return roster->fd; }
