/* SPDX-License-Identifier: MIT */
#include "run/orphans.h"

#include "run/taken.h"

#include <stdlib.h>
#include <sys/wait.h>

enum { MOST = 4096 }; /* more between two looks are waited for, and not remembered */

struct orphan {
    int pid;
    struct proc_dead remains;
};

struct orphans {
    struct orphan of[MOST];
    unsigned count;
};

struct orphans *orphans_open(void) { return calloc(1, sizeof(struct orphans)); }

void orphans_close(struct orphans *orphans) { free(orphans); }

/* In /proc the status of another user's is 0. */
static void remember(struct orphans *orphans, const siginfo_t *info)
{
    struct orphan orphan = {.pid = info->si_pid};
    if (orphans->count == MOST || !proc_dead_read(info->si_pid, &orphan.remains))
        return;
    orphan.remains.status =
        info->si_code == CLD_EXITED ? W_EXITCODE(info->si_status, 0) : info->si_status;
    orphans->of[orphans->count++] = orphan;
}

static bool is_dead(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
           info->si_code == CLD_DUMPED;
}

/* Those come first, if they have ended: then the others wait. Stops of what is traced are told,
 * asked for or not. */
void orphans_take(struct orphans *orphans, int main, int probe, const struct taken *taken)
{
    siginfo_t info = {0};
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0 &&
           is_dead(&info) && info.si_pid != main && info.si_pid != probe &&
           !taken_has(taken, info.si_pid)) {
        remember(orphans, &info);
        if (waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG) != 0)
            return;
        info = (siginfo_t){0};
    }
}

bool orphans_find(const struct orphans *orphans, int pid, uint64_t start_time,
                  struct proc_dead *remains)
{
    for (unsigned i = 0; orphans != NULL && i < orphans->count; i++)
        if (orphans->of[i].pid == pid && orphans->of[i].remains.start_time == start_time) {
            *remains = orphans->of[i].remains;
            return true;
        }
    return false;
}

void orphans_forget(struct orphans *orphans)
{
    if (orphans != NULL)
        orphans->count = 0;
}
