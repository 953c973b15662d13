/* SPDX-License-Identifier: MIT
 *
 * A tree within another tree: it has what the outer one has lent it so far. Whoever lacks room asks
 * the command of his run, which has a place in the outer accounts, charges it there, and answers.
 * Who asks holds the lock, so there is one question at a time, and it waits a while at most.
 */
#include "common/accounts.h"
#include "common/kernel.h"

#include <stdatomic.h>

enum { WAITS = 40, WAIT_MS = 50, RECALL_MS = 200, RECALL_PAUSE_MS = 5 };

uint64_t accounts_tree_room(const struct accounts *accounts)
{
    uint64_t limit = atomic_load(&accounts->tree_limit);
    uint64_t lent = atomic_load(&accounts->borrows) ? atomic_load(&accounts->lent) : limit;
    return lent < limit ? lent : limit;
}

bool accounts_borrow_locked(struct accounts *accounts, uint64_t wanted)
{
    accounts_assert_locked(accounts);
    if (!atomic_load(&accounts->borrows) || wanted > atomic_load(&accounts->tree_limit))
        return false;
    atomic_store(&accounts->wanted, wanted);
    int32_t number = (int32_t)((uint32_t)atomic_fetch_add(&accounts->asked, 1) + 1), answered;
    kernel_wake_shared(&accounts->asked);
    for (int i = 0; i < WAITS && (answered = atomic_load(&accounts->answered)) != number; i++)
        if (!kernel_wait_shared(&accounts->answered, answered, WAIT_MS) &&
            accounts_command_is_gone(accounts))
            break;
    return atomic_load(&accounts->lent) >= wanted;
}

/* Who is refused all the time is not to wait all the time. */
static bool was_just_done(struct accounts *accounts)
{
    uint64_t now = kernel_clock(), last = atomic_load(&accounts->recalled_at);
    if (now >= last && now - last < RECALL_PAUSE_MS * UINT64_C(1000000))
        return true;
    atomic_store(&accounts->recalled_at, now);
    return false;
}

bool accounts_recall_locked(struct accounts *accounts, const struct account *mine)
{
    struct account *account;
    bool lent = false;
    accounts_assert_locked(accounts);
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++) {
        if (account == mine || !(atomic_load(&account->flags) & ACCOUNT_LOAN) ||
            atomic_load(&account->used) == 0)
            continue;
        if (!lent && was_just_done(accounts))
            return false;
        lent = true;
        atomic_store(&account->recalled, 1);
        kernel_wake_shared(&account->recalled);
        kernel_wait_shared(&account->recalled, 1, RECALL_MS);
    }
    return lent;
}
