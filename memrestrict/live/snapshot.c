/* SPDX-License-Identifier: MIT */
#include "live/snapshot.h"

#include "sites/format_sites.h"
#include "live/find_runs.h"
#include "base/message.h"
#include "sites/sites.h"
#include "sites/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SITES = 20 };

/* The memory of a run's call sites, which its command has open; -1: this has been said. */
static int open_sites(const struct found_run *run)
{
    char path[64];
    if (run->accounts->sites < 0) {
        message(
            "snapshot: %d: the run collects no call sites; start it with 'memrestrict run --sites'",
            run->command);
        return -1;
    }
    snprintf(path, sizeof path, "/proc/%d/fd/%d", run->command, (int)run->accounts->sites);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        message("snapshot: %d: cannot open the call sites of the run: %s", run->command,
                strerror(errno));
    return fd;
}

static bool print_process(const struct found_run *run, const struct account *account, int fd,
                          struct symbols *symbols)
{
    char program[ACCOUNTS_NAME] = "";
    memcpy(program, account->program, sizeof program - 1);
    struct sites_process *process =
        sites_read(fd, (unsigned)(account - run->accounts->slots), account->pid, program,
                   account_used(account), account->began);
    if (process == NULL) {
        message("snapshot: %d: cannot read the call sites: %s", (int)account->pid, strerror(errno));
        return false;
    }
    bool good = process->trouble == NULL;
    if (good)
        format_sites(stdout, process, symbols, MOST_SITES);
    else
        message("snapshot: %d: %s", (int)account->pid, process->trouble);
    sites_process_free(process);
    return good;
}

static bool print_target(const struct found_target *target, char **words)
{
    (void)words;
    const struct account *account;
    int fd = open_sites(target->run);
    struct symbols *symbols = fd < 0 ? NULL : symbols_open();
    bool done = symbols != NULL;
    if (fd >= 0 && !done)
        message("snapshot: no memory for symbols");
    for (unsigned i = 0; done && (account = find_runs_next(target->run, &i)) != NULL; i++)
        if (target->account == NULL || target->account == account)
            done = print_process(target->run, account, fd, symbols);
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
    return find_runs_command(&arguments, argc, argv, print_target);
}
