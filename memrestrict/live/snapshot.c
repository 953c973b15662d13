/* SPDX-License-Identifier: MIT */
#include "live/snapshot.h"

#include "sites/format_sites.h"
#include "live/find_runs.h"
#include "base/message.h"
#include "sites/sites.h"
#include "sites/sites_memory.h"
#include "sites/symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SITES = 20 };

/* The memory of a run's call sites, which its command has open; -1: this has been said. */
static int open_sites(const struct found_run *run)
{
    int fd = find_runs_memory(run->command, FIND_RUNS_SITES);
    if (fd >= 0 && sites_memory_is(fd))
        return fd;
    if (fd >= 0) {
        close(fd);
        errno = EINVAL;
    }
    if (errno == ENOENT)
        message(
            "snapshot: %d: the run collects no call sites; start it with 'memrestrict run --sites'",
            run->command);
    else
        message("snapshot: %d: cannot open the call sites of the run: %s", run->command,
                strerror(errno));
    return -1;
}

static bool print_process(const struct roster_process *process, int fd, struct symbols *symbols)
{
    struct sites_process *sites = sites_read(fd, process->slot, process->pid, process->program,
                                             process->used, process->began);
    if (sites == NULL) {
        message("snapshot: %d: cannot read the call sites: %s", process->pid, strerror(errno));
        return false;
    }
    bool good = sites->trouble == NULL;
    if (good)
        format_sites(stdout, sites, symbols, MOST_SITES);
    else
        message("snapshot: %d: %s", process->pid, sites->trouble);
    sites_process_free(sites);
    return good;
}

static bool print_target(const struct found_target *target, char **words)
{
    (void)words;
    struct roster_process process;
    int fd = open_sites(target->run);
    struct symbols *symbols = fd < 0 ? NULL : symbols_open();
    bool done = symbols != NULL;
    if (fd >= 0 && !done)
        message("snapshot: no memory for symbols");
    for (unsigned i = 0; done && find_runs_next(target->run, &i, &process); i++)
        if (find_runs_means(target, &process))
            done = print_process(&process, fd, symbols);
    if (symbols != NULL)
        symbols_close(symbols);
    if (fd >= 0)
        close(fd);
    return done;
}

int snapshot_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict snapshot",
        .words = "PID",
        .doc =
            "Prints who holds what now, by call sites, in a process that was started by "
            "'memrestrict run --sites'; or, if PID is that of the command, in all its processes.",
        .least = 1,
        .most = 1,
    };
    return find_runs_command(&arguments, argc, argv, false, print_target);
}
