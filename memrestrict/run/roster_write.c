/* SPDX-License-Identifier: MIT
 *
 * What is written into the accounts of a run that goes on. Whoever has a slot by then, it is the
 * slot's memory that is changed, and nothing else.
 */
#include "run/roster_inside.h"

#include <stdatomic.h>

enum { ATTEMPTS = 100 }; /* against one who changes it all the time */

static struct account *slot_of(struct roster *roster, const struct roster_process *process)
{
    return &roster->accounts->slots[process->slot % ACCOUNTS_SLOTS];
}

bool roster_set_limit(struct roster *roster, const struct roster_process *process, uint64_t limit)
{
    return accounts_give_limit(roster->accounts, slot_of(roster, process), ACCOUNTS_OUTSIDE, limit);
}

bool roster_set_tree_limit(struct roster *roster, uint64_t limit)
{
    return accounts_set_tree_limit(roster->accounts, ACCOUNTS_OUTSIDE, limit);
}

void roster_arm(struct roster *roster, const struct roster_process *process,
                enum account_armed armed)
{
    atomic_store(process != NULL ? &slot_of(roster, process)->armed : &roster->accounts->armed,
                 armed);
}

static _Atomic uint64_t *peak_of(struct roster *roster, const struct roster_process *process,
                                 uint64_t *used)
{
    struct accounts *accounts = roster->accounts;
    if (process == NULL) {
        *used = accounts_tree_used(accounts);
        return &accounts->tree_peak;
    }
    *used = account_used(slot_of(roster, process));
    return &slot_of(roster, process)->peak;
}

void roster_reset_peak(struct roster *roster, const struct roster_process *process)
{
    uint64_t used;
    _Atomic uint64_t *peak = peak_of(roster, process, &used);
    atomic_store(peak, used);
}

void roster_raise_peak(struct roster *roster, const struct roster_process *process)
{
    uint64_t used;
    _Atomic uint64_t *peak = peak_of(roster, process, &used);
    uint64_t old = atomic_load(peak);
    for (int i = 0; i < ATTEMPTS && used > old; i++)
        if (atomic_compare_exchange_strong(peak, &old, used))
            return;
}
