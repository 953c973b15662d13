/* SPDX-License-Identifier: MIT
 *
 * Faults of limits that others have set: the process's, the machine's, the control group's.
 */
#include "space/faults.h"

#include "base/size_words.h"

#include <inttypes.h>

enum { NEAR_PERCENT = 90, HALF_PERCENT = 50 };

static bool is_beyond(uint64_t used, uint64_t limit, unsigned percent)
{
    return (double)used * 100 >= (double)limit * percent;
}

void fault_check_mappings(const struct address_space *space, const struct fault_bounds *bounds,
                          struct fault_list *list)
{
    int64_t most = space->system.max_map_count;
    (void)bounds;
    if (most <= 0 || !is_beyond(space->count, (uint64_t)most, HALF_PERCENT))
        return;
    fault_add(list,
              is_beyond(space->count, (uint64_t)most, NEAR_PERCENT) ? FAULT_FAULT : FAULT_NOTE,
              "%zu mappings of at most %" PRId64 " (vm.max_map_count)", space->count, most);
}

/* One of the process's limits. One that is far off is worth a note, unless all have it. */
static void check_one(struct fault_list *list, const char *name, uint64_t used, uint64_t limit,
                      bool usual)
{
    char pair[SIZE_PAIR_ROOM];
    bool near = is_beyond(used, limit, NEAR_PERCENT);
    if (limit == SPACE_UNKNOWN || (used == 0 && usual) ||
        (usual && !is_beyond(used, limit, HALF_PERCENT)))
        return;
    struct fault_found *found = fault_add(list, near ? FAULT_FAULT : FAULT_NOTE, "%s: %s are used",
                                          name, size_pair(used, limit, pair));
    if (found != NULL)
        found->left = limit > used ? limit - used : 0;
}

void fault_check_rlimit(const struct address_space *space, const struct fault_bounds *bounds,
                        struct fault_list *list)
{
    const struct space_limits *limits = &space->limits;
    (void)bounds;
    check_one(list, "RLIMIT_DATA (ulimit -d)", space->data_used, limits->data, false);
    check_one(list, "RLIMIT_AS (ulimit -v)", space->mapped, limits->address_space, false);
    check_one(list, "RLIMIT_STACK (ulimit -s)", space->stack_used, limits->stack, true);
    check_one(list, "RLIMIT_MEMLOCK (ulimit -l)", space->locked, limits->locked, true);
}

static void check_strict(const struct space_system *system, struct fault_list *list)
{
    char pair[SIZE_PAIR_ROOM];
    if (system->commit_limit == SPACE_UNKNOWN || system->committed == SPACE_UNKNOWN)
        return;
    bool near = is_beyond(system->committed, system->commit_limit, NEAR_PERCENT);
    struct fault_found *found = fault_add(
        list, near ? FAULT_FAULT : FAULT_NOTE,
        "vm.overcommit_memory is 2: the kernel refuses past CommitLimit; all together have %s",
        size_pair(system->committed, system->commit_limit, pair));
    if (found != NULL)
        found->left =
            system->commit_limit > system->committed ? system->commit_limit - system->committed : 0;
}

void fault_check_overcommit(const struct address_space *space, const struct fault_bounds *bounds,
                            struct fault_list *list)
{
    const struct space_system *system = &space->system;
    char has[SIZE_ROOM], all[SIZE_ROOM];
    (void)bounds;
    if (system->overcommit == 2) {
        check_strict(system, list);
        return;
    }
    if (system->memory == SPACE_UNKNOWN || system->swap == SPACE_UNKNOWN)
        return;
    uint64_t most = system->memory + system->swap;
    if (space->data_used > most)
        fault_add(
            list, FAULT_NOTE,
            "it has %s of private memory, and the machine %s with swap: if it uses all of it, "
            "somebody is killed",
            size_words(space->data_used, has), size_words(most, all));
    else if (system->overcommit == 1)
        fault_add(list, FAULT_NOTE,
                  "vm.overcommit_memory is 1: the kernel refuses nothing, and kills later");
}

void fault_check_cgroup(const struct address_space *space, const struct fault_bounds *bounds,
                        struct fault_list *list)
{
    const struct space_cgroup *group = &space->cgroup;
    char limit[SIZE_ROOM], pair[SIZE_PAIR_ROOM];
    struct fault_found *found = NULL;
    (void)bounds;
    if (group->limit == SPACE_UNKNOWN)
        return;
    if (space->budget != SPACE_UNKNOWN && group->limit < space->budget)
        found = fault_add(list, FAULT_FAULT,
                          "control group %s has a limit of %s, below the budget of %s: it kills "
                          "before the budget refuses",
                          group->name, size_words(group->limit, limit),
                          size_words(space->budget, pair));
    else if (is_beyond(group->used, group->limit, 75))
        found =
            fault_add(list, FAULT_NOTE, "control group %s: %s are used, caches of files among it",
                      group->name, size_pair(group->used, group->limit, pair));
    if (found != NULL)
        found->left = group->limit - group->used;
}
