/* SPDX-License-Identifier: MIT */
#include "engines/cgroup_group_systemd.h"

#include "base/fd.h"
#include "engines/cgroup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS = 48, NUMBER = 24 };

/* Waits for the other end of a pipe to be closed, with nothing of ours open but that. */
static _Noreturn void hold(int leash)
{
    char byte;
    prctl(PR_SET_NAME, "memrestrict-hold");
    dup2(leash, 0);
    close_range(1, ~0U, 0);
    while (read(0, &byte, 1) < 0 && errno == EINTR)
        ;
    _exit(0);
}

static bool make_holder(struct cgroup_group *group)
{
    int ends[2];
    if (!fd_pipe(ends))
        return false;
    group->holder = fork();
    if (group->holder == 0) {
        close(ends[1]);
        hold(ends[0]);
    }
    close(ends[0]);
    group->leash = ends[1];
    return group->holder > 0;
}

void cgroup_group_systemd_let_go(struct cgroup_group *group)
{
    if (group->holder <= 0)
        return;
    close(group->leash);
    while (waitpid(group->holder, NULL, 0) < 0 && errno == EINTR)
        ;
    group->holder = 0;
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

/* In a process of its own: the call that systemd-run makes. */
static _Noreturn void call(const struct cgroup_group *group, int pid)
{
    char unit[80], main[NUMBER], holder[NUMBER], limit[NUMBER];
    const char *words[WORDS] = {"busctl",
                                geteuid() == 0 ? "--system" : "--user",
                                "--quiet",
                                "call",
                                "org.freedesktop.systemd1",
                                "/org/freedesktop/systemd1",
                                "org.freedesktop.systemd1.Manager",
                                "StartTransientUnit",
                                "ssa(sv)a(sa(sv))",
                                unit,
                                "fail",
                                "6",
                                "PIDs",
                                "au",
                                "2",
                                main,
                                holder,
                                "Delegate",
                                "b",
                                "true",
                                "CollectMode",
                                "s",
                                "inactive-or-failed",
                                "Description",
                                "s",
                                "a run of memrestrict",
                                "MemoryMax",
                                "t",
                                limit,
                                "MemorySwapMax",
                                "t",
                                group->limit != UINT64_MAX ? "0" : limit,
                                "0",
                                NULL};
    snprintf(unit, sizeof unit, "%s.scope", group->name);
    snprintf(main, sizeof main, "%d", pid);
    snprintf(holder, sizeof holder, "%d", group->holder);
    snprintf(limit, sizeof limit, "%" PRIu64, group->limit);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(words[0], (char **)words);
    _exit(127);
}

static bool ask(const struct cgroup_group *group, int pid)
{
    int status = 0, asker = fork();
    if (asker == 0)
        call(group, pid);
    while (asker > 0 && waitpid(asker, &status, 0) < 0 && errno == EINTR)
        ;
    return asker > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Is it in the scope by now, and the scope limited? */
static bool is_done(struct cgroup_group *group, int pid)
{
    char folder[PATH_MAX];
    bool unified;
    if (!cgroup_place_of(pid, folder, &unified) || strstr(folder, group->name) == NULL)
        return false;
    uint64_t limit = cgroup_number(folder, "memory.max", NULL);
    if (group->limit != UINT64_MAX && limit == UINT64_MAX)
        return false;
    group->limit = limit;
    strcpy(group->folder, folder);
    return true;
}

/* The call only begins it. */
bool cgroup_group_systemd_join(struct cgroup_group *group, int pid)
{
    enum { TRIES = 500 };
    bool asked = make_holder(group) && ask(group, pid);
    for (int i = 0; asked && i < TRIES; i++) {
        if (is_done(group, pid))
            return true;
        wait_a_little();
    }
    cgroup_group_systemd_let_go(group);
    errno = asked ? ETIMEDOUT : EPERM;
    return false;
}
