/* SPDX-License-Identifier: MIT
 *
 * The soft level. It lowers the ceiling, with which every charge is compared in any case: so it is
 * exact, for threads and their stocks as well, and costs nothing until it is crossed.
 */
#include "records/budget.h"

#include "ground/kernel_eventfd.h"
#include "records/budget_inside.h"
#include "records/stocks.h"

#include <errno.h>

/* By the budget's lock. A child has no level, so what stands here then is nobody's. */
static struct budget_listener waits;

/* False: the accounts' lock could not be had. */
static bool put_locked(struct account *account, uint64_t soft)
{
    lock_assert_held(&budget_inside.lock);
    if (budget_inside.accounts != NULL)
        return accounts_set_soft(budget_inside.accounts, account, soft);
    atomic_store(&account->soft, soft);
    atomic_store(&account->ceiling, budget_own_ceiling(account));
    return true;
}

/* With all stocks closed: is more in use than the level `soft` - 1? */
static bool is_crossed(const struct account *account, uint64_t soft)
{
    return atomic_load(&account->used) + atomic_load(&account->inherited) >= soft;
}

/* Others may charge while it is lifted: if they have crossed it, that is it. */
bool budget_soft_charge_locked(struct account *account, uint64_t bytes,
                               bool (*charge)(struct account *account, uint64_t bytes),
                               struct budget_listener *listener)
{
    lock_assert_held(&budget_inside.lock);
    uint64_t soft = atomic_load(&account->soft);
    if (soft == 0 || !put_locked(account, 0))
        return false;
    bool charged = charge(account, bytes);
    if (charged || is_crossed(account, soft) || !put_locked(account, soft))
        *listener = waits;
    return charged;
}

void budget_soft_tell(const struct budget_listener *listener)
{
    if (listener->fd >= 0)
        kernel_eventfd_add(listener->fd, &listener->identity);
}

/* Who charges looks at the ceiling once more afterwards: what it did not see is in what is used. */
static int set_locked(struct account *account, uint64_t soft, struct budget_listener *listener)
{
    lock_assert_held(&budget_inside.lock);
    if (!put_locked(account, soft))
        return EAGAIN;
    waits = *listener;
    stocks_close_locked(account);
    if (soft == 0 || !is_crossed(account, soft) || !put_locked(account, 0))
        listener->fd = -1;
    return 0;
}

int budget_set_soft(uint64_t level, int fd)
{
    struct lock_hold hold;
    struct budget_listener listener = {.fd = fd};
    int error = level != BUDGET_UNLIMITED ? kernel_eventfd_note(fd, &listener.identity) : 0;
    if (error != 0)
        return error;
    struct account *account = budget_account();
    lock_take(&budget_inside.lock, &hold);
    error = set_locked(account, level + 1, &listener);
    lock_drop(&budget_inside.lock, &hold);
    if (error == 0)
        budget_soft_tell(&listener);
    return error;
}
