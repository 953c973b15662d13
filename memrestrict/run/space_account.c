/* SPDX-License-Identifier: MIT */
#include "run/space_account.h"

static uint64_t limit_or_unknown(uint64_t limit)
{
    return limit == ACCOUNTS_UNLIMITED ? SPACE_UNKNOWN : limit;
}

bool space_account_take(struct address_space *space, const struct roster_tree *tree,
                        const struct roster_process *process)
{
    if (process->pid != space->pid || !process->live || process->start_time != space->start_time)
        return false;
    uint64_t limit = limit_or_unknown(process->limit);
    uint64_t all = tree->limited ? limit_or_unknown(tree->limit) : SPACE_UNKNOWN;
    space->account = (struct space_account){
        .known = true,
        .limit = limit,
        .used = process->used,
        .peak = process->peak,
        .refusals = process->refusals,
        .tree_limit = all,
        .tree_used = tree->used,
        .own_heap = process->own_heap,
        .own_maps = process->own_maps,
        .doubt = process->doubt,
    };
    space->budget = limit < all ? limit : all;
    return true;
}
