/* SPDX-License-Identifier: MIT */
#include "layout/run_figures.h"

#include "live/find_runs.h"

static uint64_t limit_or_unknown(uint64_t limit)
{
    return limit == ACCOUNTS_UNLIMITED ? SPACE_UNKNOWN : limit;
}

static void take(struct address_space *space, const struct found_run *run,
                 const struct roster_process *process)
{
    struct roster_tree tree = roster_tree(run->roster);
    uint64_t limit = limit_or_unknown(process->limit);
    uint64_t all = tree.limited ? limit_or_unknown(tree.limit) : SPACE_UNKNOWN;
    space->account = (struct space_account){
        .known = true,
        .limit = limit,
        .used = process->used,
        .peak = process->peak,
        .refusals = process->refusals,
        .tree_limit = all,
        .tree_used = tree.used,
        .own_heap = process->own_heap,
        .own_maps = process->own_maps,
        .doubt = process->doubt,
    };
    space->budget = limit < all ? limit : all;
}

void run_figures_read(struct address_space *space)
{
    struct found_runs found;
    struct roster_process process;
    if (!find_runs_open(&found))
        return;
    for (size_t i = 0; i < found.count && !space->account.known; i++)
        for (unsigned at = 0; find_runs_next(&found.runs[i], &at, &process); at++)
            if (process.pid == space->pid && process.live &&
                process.start_time == space->start_time) {
                take(space, &found.runs[i], &process);
                break;
            }
    find_runs_close(&found);
}
