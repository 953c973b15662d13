/* SPDX-License-Identifier: MIT
 *
 * The engine of control groups, cgroups(7): all processes of the run in a group of their own. At
 * its limit the kernel takes back what it can, and kills. What was killed, and whether for this
 * limit, is read from the group's own counts.
 */
#include "base/message.h"
#include "engines/cgroup_files.h"
#include "engines/cgroup_group.h"
#include "engines/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct state {
    struct cgroup_group group;
    struct outcome *outcome;
};

/* For where the run ends before it has begun. */
static struct state *to_remove;

static void remove_at_exit(void)
{
    if (to_remove != NULL)
        cgroup_group_remove(&to_remove->group);
}

static bool available(const char **why)
{
    struct cgroup_place place;
    return cgroup_place_find(&place, why);
}

static struct state *give_up(struct state *state, const char *why)
{
    message("--engine=cgroup: no group can be made: %s", why);
    free(state);
    return NULL;
}

static void *prepare(const struct engine_run *run)
{
    const char *why;
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return give_up(state, "no memory");
    struct cgroup_group *group = &state->group;
    if (!cgroup_place_find(&group->place, &why))
        return give_up(state, why);
    cgroup_group_sweep(&group->place);
    if (!cgroup_group_make(group, run->tree_limit))
        return give_up(state, strerror(errno));
    state->outcome = run->outcome;
    run->outcome->grouped = true;
    if (group->swap_free)
        outcome_warn(run->outcome, "what is swapped out is not limited: the kernel does not "
                                   "count swap for groups (boot it with swapaccount=1)");
    to_remove = state;
    atexit(remove_at_exit);
    return state;
}

static bool follow(void *context, int pid)
{
    struct state *state = context;
    return cgroup_group_join(&state->group, pid);
}

struct sending {
    int signal, holder;
};

/* Who holds the group for us has to stay until its figures are read. */
static void send_one(int pid, void *context)
{
    const struct sending *sending = context;
    if (pid != sending->holder)
        kill(pid, sending->signal);
}

/* Who forks while it is killed is found again, where the kernel cannot end all at once; not for
 * ever. */
static void send(void *context, int signal)
{
    enum { TIMES = 50 };
    const struct state *state = context;
    const struct timespec moment = {.tv_nsec = 1000 * 1000};
    struct sending sending = {signal, state->group.holder};
    size_t held = sending.holder > 0;
    if (signal == SIGKILL && held == 0 && cgroup_group_kill(&state->group))
        return;
    for (int i = 0; i < TIMES; i++) {
        if (cgroup_each(state->group.folder, send_one, &sending) <= held || signal != SIGKILL)
            return;
        nanosleep(&moment, NULL);
    }
}

static bool holds(void *context, int pid)
{
    const struct state *state = context;
    return pid == state->group.holder || cgroup_group_holds(&state->group, pid);
}

static bool set(void *context, uint64_t bytes)
{
    struct state *state = context;
    return cgroup_group_set(&state->group, bytes);
}

static void read_figures(const struct cgroup_group *group, struct outcome *outcome)
{
    struct cgroup_figures figures = cgroup_group_figures(group);
    outcome->tree_peak = figures.peak;
    outcome->limit_met = figures.met;
    outcome->limit_kills = figures.own ? figures.kills : 0;
    if (figures.kills > 0 && !figures.own)
        outcome_warn(outcome,
                     "the kernel killed %llu process%s for want of memory, but not at this run's "
                     "limit: a group around it, or the machine, had no more",
                     (unsigned long long)figures.kills, figures.kills == 1 ? "" : "es");
    if (figures.changed)
        outcome_add_main(outcome, COVERAGE_UNKNOWN, "the limit of its group was changed as it ran");
}

static uint64_t used_by_all(int pid)
{
    char folder[PATH_MAX];
    bool unified;
    if (!cgroup_place_of(pid, folder, &unified))
        return 0;
    return cgroup_number(folder, unified ? "memory.current" : "memory.usage_in_bytes", NULL);
}

static void collect(void *context)
{
    struct state *state = context;
    struct outcome *outcome = state->outcome;
    char folder[PATH_MAX];
    read_figures(&state->group, outcome);
    strcpy(folder, state->group.folder);
    size_t left = cgroup_group_remove(&state->group);
    if (left > 0)
        outcome_warn(outcome,
                     "%zu process%s that %s left go%s on, limited as before, in %s, which the "
                     "next run takes away once it is empty",
                     left, left == 1 ? "" : "es", outcome->name, left == 1 ? "es" : "", folder);
    to_remove = NULL;
    free(state);
}

const struct engine engine_cgroup = {
    .name = "cgroup",
    .sees_refusals = true,
    .limits_trees = true,
    .limits_trees_only = true,
    .promise = "the kernel kills at the limit, any program; all processes together",
    .available = available,
    .prepare = prepare,
    .follow = follow,
    .signal = send,
    .set = set,
    .holds = holds,
    .why_free = "it left the group of the run",
    .used_by_all = used_by_all,
    .collect = collect,
};
