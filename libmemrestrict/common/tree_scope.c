/* SPDX-License-Identifier: MIT
 *
 * What --scope=tree means for each process: of the one budget it is granted a share, which it
 * charges by itself, and gives back when others would be refused. At exec, as at its end, its slot
 * is made free and with it what it held; the new program joins with a slot of its own, and starts
 * at nothing.
 */
#include "common/accounts.h"
#include "common/kernel.h"

#include <stdatomic.h>

enum {
    ROUNDS = 50,             /* looks at a process that is about to fill a stock */
    SHARE = 8,               /* a grant takes up to 1/SHARE of what is left, */
    LARGEST_EXTRA = 1 << 20, /* bytes, beyond what is needed, */
    SMALLEST_EXTRA = 1 << 14 /* and none if it would be less than this */
};

/* What a process may use of the tree: its grant, without what others took out of its stocks. */
static uint64_t share_of(const struct account *account)
{
    uint64_t grant = atomic_load(&account->grant), taken = 0;
    if (grant != 0 && atomic_load(&account->stocks_open))
        for (unsigned i = 0; i < ACCOUNTS_STOCKS; i++) {
            uint64_t left = atomic_load(&account->stocks[i].left);
            taken += left & ACCOUNT_STOCK_TAKEN ? (left & ~ACCOUNT_STOCK_TAKEN) - 1 : 0;
        }
    return grant > taken ? grant - taken : 0;
}

/* What all but `mine` may use, and how many they are. */
static uint64_t shares_of_others_locked(struct accounts *accounts, const struct account *mine,
                                        unsigned *others)
{
    accounts_assert_locked(accounts);
    const struct account *account;
    uint64_t sum = 0;
    *others = 0;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (account != mine && atomic_load(&account->state) == ACCOUNT_LIVE) {
            sum += share_of(account);
            ++*others;
        }
    return sum;
}

static uint64_t smaller(uint64_t one, uint64_t other) { return one < other ? one : other; }

/* What the process may charge by its own limit, and before its soft level. */
static uint64_t own_ceiling(const struct account *account)
{
    uint64_t most = smaller(atomic_load(&account->limit), atomic_load(&account->soft) - 1),
             inherited = atomic_load(&account->inherited);
    if (most == ACCOUNTS_UNLIMITED)
        return most;
    return most > inherited ? most - inherited : 0;
}

/* The ceiling that follows from limit and grant. */
static void set_ceiling_locked(const struct accounts *accounts, struct account *account)
{
    accounts_assert_locked(accounts);
    bool in_tree = atomic_load(&account->flags) & ACCOUNT_IN_TREE;
    uint64_t own = own_ceiling(account);
    atomic_store(&account->ceiling, in_tree ? smaller(own, atomic_load(&account->grant)) : own);
}

/* What lies in stocks of threads is no longer theirs to spend. */
static void take_stocks_locked(const struct accounts *accounts, struct account *account)
{
    accounts_assert_locked(accounts);
    if (!atomic_load(&account->stocks_open))
        return;
    for (unsigned i = 0; i < ACCOUNTS_STOCKS; i++) {
        uint64_t left = atomic_load(&account->stocks[i].left);
        while (left > 1 && !(left & ACCOUNT_STOCK_TAKEN) &&
               !atomic_compare_exchange_weak(&account->stocks[i].left, &left,
                                             left | ACCOUNT_STOCK_TAKEN))
            ;
        atomic_store(&account->stocks[i].allowance, ACCOUNT_STOCK_STOPPED);
    }
}

/* Takes back what a process was granted and does not use. It goes on charging all
 * the while, but looks at its ceiling again after each charge: either it sees ours, or we see its
 * charge. */
static void lower_grant_locked(const struct accounts *accounts, struct account *account)
{
    accounts_assert_locked(accounts);
    uint64_t grant = atomic_load(&account->grant), used = atomic_load(&account->used);
    if (used < grant) {
        atomic_store(&account->ceiling, smaller(used, own_ceiling(account)));
        uint64_t meanwhile = atomic_load(&account->used);
        grant = smaller(grant, used > meanwhile ? used : meanwhile);
        atomic_store(&account->grant, grant); /* from here on the difference is the tree's */
        set_ceiling_locked(accounts, account);
    }
    take_stocks_locked(accounts, account);
}

/* Is some process between drawing bytes and having them in a stock? */
static bool lower_grants_of_others_locked(struct accounts *accounts, const struct account *mine)
{
    accounts_assert_locked(accounts);
    struct account *account;
    bool moving = false;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (account != mine && atomic_load(&account->grant) != 0) {
            uint32_t moves = atomic_load(&account->moves);
            lower_grant_locked(accounts, account);
            moving |= moves % 2 != 0 || moves != atomic_load(&account->moves);
        }
    return moving;
}

/* What the dead, and the replaced, had is free. */
static void bury_the_dead_locked(struct accounts *accounts, const struct account *mine)
{
    accounts_assert_locked(accounts);
    struct account *account;
    if (!accounts_can_judge(accounts))
        return;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (account != mine && atomic_load(&account->grant) != 0 &&
            accounts_life(account) != ACCOUNT_RUNS)
            atomic_store(&account->grant, 0);
}

static void raise_tree_peak(struct accounts *accounts, uint64_t used)
{
    uint64_t peak = atomic_load(&accounts->tree_peak);
    while (used > peak && !atomic_compare_exchange_weak(&accounts->tree_peak, &peak, used))
        ;
}

static bool fits(uint64_t limit, uint64_t others, uint64_t need)
{
    return others <= limit && need <= limit - others;
}

/* False: the tree has no room for `need` bytes of `mine`. */
static bool find_room_locked(struct accounts *accounts, const struct account *mine, uint64_t need,
                             uint64_t *left, unsigned *others)
{
    accounts_assert_locked(accounts);
    uint64_t limit = accounts_tree_room(accounts),
             sum = shares_of_others_locked(accounts, mine, others);
    bool moving = true;
    for (int round = 0; round < ROUNDS && moving && !fits(limit, sum, need); round++) {
        if (round > 0)
            kernel_yield();
        moving = lower_grants_of_others_locked(accounts, mine);
        sum = shares_of_others_locked(accounts, mine, others);
    }
    if (!fits(limit, sum, need)) {
        bury_the_dead_locked(accounts, mine);
        sum = shares_of_others_locked(accounts, mine, others);
    }
    if (!fits(limit, sum, need) && accounts_recall_locked(accounts, mine)) {
        lower_grants_of_others_locked(accounts, mine);
        sum = shares_of_others_locked(accounts, mine, others);
    }
    if (!fits(limit, sum, need) && need <= UINT64_MAX - sum &&
        accounts_borrow_locked(accounts, sum + need))
        limit = accounts_tree_room(accounts);
    *left = fits(limit, sum, need) ? limit - sum - need : 0;
    return fits(limit, sum, need);
}

/* Beyond what is needed, so that not every charge comes here; less as the tree runs low. */
static uint64_t extra_of(uint64_t left, unsigned others)
{
    uint64_t extra = smaller(left / SHARE / (others + 1), LARGEST_EXTRA);
    return extra < SMALLEST_EXTRA ? 0 : extra;
}

static bool draw_locked(struct accounts *accounts, struct account *mine, uint64_t bytes)
{
    accounts_assert_locked(accounts);
    uint64_t used = atomic_load(&mine->used), need = used + bytes, left;
    unsigned others;
    if (need < used || need > own_ceiling(mine) || !accounts_see_all(accounts) ||
        !find_room_locked(accounts, mine, need, &left, &others))
        return false;
    uint64_t grant = need + extra_of(left, others);
    if (grant >
        atomic_load(&mine->grant)) /* never lower: other threads may have charged meanwhile */
        atomic_store(&mine->grant, grant);
    set_ceiling_locked(accounts, mine);
    /* The sum is made one by one while others come and go: it may show what never was at one time.
     */
    raise_tree_peak(accounts, smaller(accounts_tree_used(accounts) + bytes,
                                      atomic_load(&accounts->tree_limit)));
    return true;
}

static bool draw_and_unlock(struct accounts *accounts, struct account *mine, uint64_t bytes)
{
    bool drawn = draw_locked(accounts, mine, bytes);
    accounts_unlock(accounts);
    return drawn;
}

bool accounts_grow(struct accounts *accounts, struct account *mine, uint64_t bytes)
{
    return accounts_lock(accounts, mine->ticket) && draw_and_unlock(accounts, mine, bytes);
}

bool accounts_grow_soon(struct accounts *accounts, struct account *mine, uint64_t bytes, bool *busy)
{
    *busy = !accounts_lock_soon(accounts, mine->ticket);
    return !*busy && draw_and_unlock(accounts, mine, bytes);
}

void accounts_settle(struct accounts *accounts, struct account *mine, struct account_stock *stock)
{
    if (!accounts_lock(accounts, mine->ticket))
        return;
    uint64_t left = atomic_load(&stock->left);
    if (left & ACCOUNT_STOCK_TAKEN) { /* in this order: nobody may spend the bytes meanwhile */
        uint64_t taken = (left & ~ACCOUNT_STOCK_TAKEN) - 1;
        atomic_store(&mine->ceiling, 0);
        atomic_fetch_sub(&mine->used, taken);
        if (atomic_load(&mine->flags) & ACCOUNT_IN_TREE)
            atomic_fetch_sub(&mine->grant, taken);
        atomic_store(&stock->left, 0);
        set_ceiling_locked(accounts, mine);
    }
    accounts_unlock(accounts);
}

static bool set_limit_and_unlock(struct accounts *accounts, struct account *account, uint64_t limit)
{
    atomic_store(&account->limit, limit);
    set_ceiling_locked(accounts, account);
    take_stocks_locked(accounts, account); /* they were drawn under the old one */
    accounts_unlock(accounts);
    return true;
}

bool accounts_set_limit(struct accounts *accounts, struct account *account, int who, uint64_t limit)
{
    return accounts_lock(accounts, who) && set_limit_and_unlock(accounts, account, limit);
}

bool accounts_give_limit(struct accounts *accounts, struct account *account, int who,
                         uint64_t limit)
{
    if (!accounts_lock(accounts, who))
        return false;
    atomic_store(&account->given, limit);
    return set_limit_and_unlock(accounts, account, limit);
}

bool accounts_choose_limit(struct accounts *accounts, struct account *mine, uint64_t limit)
{
    return accounts_lock(accounts, mine->ticket) &&
           set_limit_and_unlock(accounts, mine, smaller(limit, atomic_load(&mine->given)));
}

bool accounts_set_soft(struct accounts *accounts, struct account *mine, uint64_t soft)
{
    if (!accounts_lock(accounts, mine->ticket))
        return false;
    atomic_store(&mine->soft, soft);
    set_ceiling_locked(accounts, mine);
    accounts_unlock(accounts);
    return true;
}

void accounts_open_reserve(struct accounts *accounts)
{
    if (atomic_exchange(&accounts->reserve_open, 1) == 0)
        atomic_fetch_add(&accounts->tree_limit, accounts->reserve);
}

static void lower_all_grants_locked(struct accounts *accounts)
{
    accounts_assert_locked(accounts);
    for (int round = 0; round < ROUNDS && lower_grants_of_others_locked(accounts, NULL); round++)
        kernel_yield();
}

bool accounts_set_tree_limit(struct accounts *accounts, int who, uint64_t limit)
{
    if (!accounts_lock(accounts, who))
        return false;
    atomic_store(&accounts->tree_limit, limit);
    lower_all_grants_locked(accounts);
    accounts_unlock(accounts);
    return true;
}

bool accounts_shorten_loan(struct accounts *accounts, uint64_t *less)
{
    unsigned others;
    if (!accounts_lock_soon(accounts, ACCOUNTS_LENDER))
        return false;
    lower_all_grants_locked(accounts);
    bury_the_dead_locked(accounts, NULL);
    uint64_t lent = atomic_load(&accounts->lent),
             kept = shares_of_others_locked(accounts, NULL, &others);
    *less = lent > kept ? lent - kept : 0;
    atomic_fetch_sub(&accounts->lent, *less);
    accounts_unlock(accounts);
    return true;
}
