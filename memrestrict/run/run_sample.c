/* SPDX-License-Identifier: MIT */
#include "run/run_sample.h"

void run_sample_take(struct timeline *timeline, struct roster *roster, uint64_t now)
{
    struct roster_process copy;
    if (!timeline_begin_sample(timeline, now))
        return;
    for (unsigned i = 0; roster_next(roster, &i, &copy); i++) {
        struct process process = roster_figures(&copy);
        if (copy.live)
            timeline_sample(timeline, copy.slot, &process);
    }
    struct roster_tree tree = roster_tree(roster);
    timeline_end_sample(timeline, tree.limited ? tree.limit : OUTCOME_UNLIMITED, tree.used);
}
