/* SPDX-License-Identifier: MIT */
#include "layout/run_figures.h"

#include "live/find_runs.h"
#include "run/space_account.h"

static bool take_of(struct address_space *space, const struct found_run *run)
{
    struct roster_tree tree = roster_tree(run->roster);
    struct roster_process process;
    for (unsigned at = 0; find_runs_next(run, &at, &process); at++)
        if (space_account_take(space, &tree, &process))
            return true;
    return false;
}

void run_figures_read(struct address_space *space)
{
    struct found_runs found;
    bool taken = false;
    if (!find_runs_open(&found))
        return;
    for (size_t i = 0; i < found.count && !taken; i++)
        taken = take_of(space, &found.runs[i]);
    find_runs_close(&found);
}
