/* SPDX-License-Identifier: MIT */
#include "accounts.h"

#include "kernel.h"
#include "proc.h"
#include "stock.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

enum {
    SPINS = 100,
    WAIT_MS = 10,             /* waits for the lock, each so many milliseconds, */
    PATIENCE = 4000,          /* are this many; for one who stands still each counts for STILL: */
    STILL = 20,               /* a busy machine may keep one who does not from it for long */
    ROUNDS = 50,              /* looks at a process that is about to fill a stock */
    SHARE = 8,                /* a grant takes up to 1/SHARE of what is left, */
    LARGEST_EXTRA = 1 << 20,  /* bytes, beyond what is needed, */
    SMALLEST_EXTRA = 1 << 14, /* and none if it would be less than this */
    SLOT_BITS = 13 /* of a ticket: 1 + the slot; above it, a number that is soon another's */
};
_Static_assert(ACCOUNTS_COMMAND < 1 << SLOT_BITS, "a slot's number fits into a ticket");

#define STOCK_TAKEN (UINT64_C(1) << 63)

bool accounts_are_ours(const struct accounts *accounts, size_t size)
{
    return size >= sizeof *accounts && accounts->magic == ACCOUNTS_MAGIC &&
           accounts->version == ACCOUNTS_VERSION && accounts->size == sizeof *accounts;
}

static unsigned slot_of(const struct accounts *accounts, const struct account *account)
{
    return (unsigned)(account - accounts->slots);
}

static void raise_top(struct accounts *accounts, uint32_t top)
{
    uint32_t old = atomic_load(&accounts->top);
    while (old < top && !atomic_compare_exchange_weak(&accounts->top, &old, top))
        ;
}

struct account *accounts_claim(struct accounts *accounts, uint64_t identity)
{
    for (unsigned i = 0; i < ACCOUNTS_SLOTS; i++) {
        uint64_t nobody = 0;
        if (atomic_load_explicit(&accounts->owners[i], memory_order_relaxed) != 0 ||
            !atomic_compare_exchange_strong(&accounts->owners[i], &nobody, identity))
            continue;
        raise_top(accounts, i + 1);
        struct account *account = &accounts->slots[i];
        uint64_t number = atomic_fetch_add(&accounts->joined, 1);
        memset(account, 0, sizeof *account); /* one who was thought dead may have written there */
        account->ticket = (int32_t)((number << SLOT_BITS & INT32_MAX) | (i + 1));
        return account;
    }
    return NULL;
}

struct account *accounts_next(struct accounts *accounts, unsigned *index)
{
    unsigned top = atomic_load(&accounts->top);
    for (; *index < top && *index < ACCOUNTS_SLOTS; ++*index)
        if (atomic_load(&accounts->owners[*index]) != 0 &&
            atomic_load(&accounts->slots[*index].state) != ACCOUNT_EMPTY)
            return &accounts->slots[*index];
    return NULL;
}

/* May this process judge who is dead? Not by another /proc than the command's. */
static bool can_judge(const struct accounts *accounts)
{
    return accounts->pid_namespace != 0 && proc_pid_namespace() == accounts->pid_namespace;
}

/* Is there a process of that ID and start time, and has it not ended? A zombie has, unless it is
 * just the first of several threads. What cannot be read (no descriptor is free, hidepid) is no
 * death. */
static bool is_there(int pid, uint64_t start_time, struct proc_stat *stat)
{
    *stat = (struct proc_stat){.pid = pid};
    int error = proc_stat_of(pid, stat);
    if (error != 0)
        return !((error == -ENOENT || error == -ESRCH) && kernel_is_nobody(pid));
    bool ended = (stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1;
    return !ended && stat->start_time == start_time;
}

enum account_life accounts_life(const struct account *account)
{
    struct proc_stat stat;
    if (atomic_load(&account->flags) & ACCOUNT_ELSEWHERE)
        return ACCOUNT_RUNS;
    if (!is_there(account->pid, account->start_time, &stat))
        return ACCOUNT_DEAD;
    bool moved = atomic_load(&account->state) == ACCOUNT_REPLACED ||
                 (stat.stack != 0 && account->stack != 0 && stat.stack != account->stack);
    return moved ? ACCOUNT_MOVED_ON : ACCOUNT_RUNS;
}

static uint64_t in_stock(const struct account_stock *stock)
{
    uint64_t left = atomic_load_explicit(&stock->left, memory_order_relaxed) & ~STOCK_TAKEN;
    int64_t own = atomic_load(&stock->drawn) - atomic_load(&stock->spent);
    return (left > 0 ? left - 1 : 0) + (own > 0 ? (uint64_t)own : 0);
}

static uint64_t own_used(const struct account *account)
{
    uint64_t used = atomic_load(&account->used), stocks = 0;
    if (atomic_load(&account->stocks_open))
        for (unsigned i = 0; i < ACCOUNTS_STOCKS; i++)
            stocks += in_stock(&account->stocks[i]);
    return used > stocks ? used - stocks : 0;
}

uint64_t account_used(const struct account *account)
{
    return own_used(account) + atomic_load(&account->inherited);
}

uint64_t accounts_tree_used(struct accounts *accounts)
{
    const struct account *account;
    uint64_t used = 0;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (atomic_load(&account->grant) != 0 && atomic_load(&account->state) == ACCOUNT_LIVE)
            used += own_used(account);
    return used;
}

/* Whoever holds the lock: has it died? A slot that is nobody's was freed by the command, which
 * takes the death of its process for certain. */
static bool owner_is_dead(struct accounts *accounts, int owner)
{
    struct proc_stat stat;
    if (!can_judge(accounts))
        return false;
    if (owner == ACCOUNTS_COMMAND)
        return !is_there(accounts->command, accounts->command_start, &stat);
    unsigned slot = ((unsigned)owner & ((1u << SLOT_BITS) - 1)) - 1;
    const struct account *account = &accounts->slots[slot];
    return atomic_load(&accounts->owners[slot]) == 0 || account->ticket != owner ||
           accounts_life(account) != ACCOUNT_RUNS;
}

/* Is it stopped, for all that can be seen? */
static bool owner_stands_still(const struct accounts *accounts, int owner)
{
    struct proc_stat stat;
    unsigned slot = ((unsigned)owner & ((1u << SLOT_BITS) - 1)) - 1;
    int pid = owner == ACCOUNTS_COMMAND ? accounts->command : accounts->slots[slot].pid;
    return !can_judge(accounts) || proc_stat_of(pid, &stat) != 0 || stat.state == 'T' ||
           stat.state == 't';
}

static bool try_lock(struct accounts *accounts, int32_t expected, int who)
{
    return atomic_compare_exchange_strong(&accounts->lock, &expected, who);
}

bool accounts_lock(struct accounts *accounts, int who)
{
    for (int i = 0; i < SPINS; i++)
        if (atomic_load_explicit(&accounts->lock, memory_order_relaxed) == 0 &&
            try_lock(accounts, 0, who))
            return true;
    atomic_fetch_add(&accounts->waiting, 1); /* of one who dies here it stays: a wake-up too many */
    bool locked = false;
    for (int late = 0;
         late < PATIENCE && !locked;) { /* a wait that others' turns ended does not count */
        int owner = atomic_load(&accounts->lock);
        if (owner == 0) {
            locked = try_lock(accounts, 0, who);
        } else if (!kernel_wait_shared(&accounts->lock, owner, WAIT_MS)) {
            locked = owner_is_dead(accounts, owner) && try_lock(accounts, owner, who);
            late += owner_stands_still(accounts, owner) ? STILL : 1;
        }
    }
    atomic_fetch_sub(&accounts->waiting, 1);
    return locked;
}

void accounts_unlock(struct accounts *accounts)
{
    atomic_store(&accounts->lock, 0);
    if (atomic_load(&accounts->waiting) > 0)
        kernel_wake_shared(&accounts->lock);
}

bool accounts_free(struct accounts *accounts, struct account *account)
{
    unsigned slot = slot_of(accounts, account);
    try_lock(accounts, account->ticket, 0); /* its owner died with it */
    if (!accounts_lock(accounts, ACCOUNTS_COMMAND))
        return false;
    atomic_store(&account->state, ACCOUNT_EMPTY);
    memset(account, 0, sizeof *account);
    atomic_store(&accounts->owners[slot], 0);
    accounts_unlock(accounts);
    return true;
}

/* What a process may use of the tree: its grant, without what others took out of its stocks. */
static uint64_t share_of(const struct account *account)
{
    uint64_t grant = atomic_load(&account->grant), taken = 0;
    if (grant != 0 && atomic_load(&account->stocks_open))
        for (unsigned i = 0; i < ACCOUNTS_STOCKS; i++) {
            uint64_t left = atomic_load(&account->stocks[i].left);
            taken += left & STOCK_TAKEN ? (left & ~STOCK_TAKEN) - 1 : 0;
        }
    return grant > taken ? grant - taken : 0;
}

/* Under the lock: what all but `mine` may use, and how many they are. */
static uint64_t shares_of_others(struct accounts *accounts, const struct account *mine,
                                 unsigned *others)
{
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

/* What the process may charge by its own limit. */
static uint64_t own_ceiling(const struct account *account)
{
    uint64_t limit = atomic_load(&account->limit), inherited = atomic_load(&account->inherited);
    if (limit == ACCOUNTS_UNLIMITED)
        return limit;
    return limit > inherited ? limit - inherited : 0;
}

/* The ceiling that follows from limit and grant. */
static void set_ceiling(struct account *account)
{
    bool in_tree = atomic_load(&account->flags) & ACCOUNT_IN_TREE;
    uint64_t own = own_ceiling(account);
    atomic_store(&account->ceiling, in_tree ? smaller(own, atomic_load(&account->grant)) : own);
}

/* Under the lock: what lies in stocks of threads is no longer theirs to spend. */
static void take_stocks(struct account *account)
{
    if (!atomic_load(&account->stocks_open))
        return;
    for (unsigned i = 0; i < ACCOUNTS_STOCKS; i++) {
        uint64_t left = atomic_load(&account->stocks[i].left);
        while (left > 1 && !(left & STOCK_TAKEN) &&
               !atomic_compare_exchange_weak(&account->stocks[i].left, &left, left | STOCK_TAKEN))
            ;
        atomic_store(&account->stocks[i].allowance, STOCK_STOPPED);
    }
}

/* Under the lock: takes back what a process was granted and does not use. It goes on charging all
 * the while, but looks at its ceiling again after each charge: either it sees ours, or we see its
 * charge. */
static void lower_grant(struct account *account)
{
    uint64_t grant = atomic_load(&account->grant), used = atomic_load(&account->used);
    if (used < grant) {
        atomic_store(&account->ceiling, smaller(used, own_ceiling(account)));
        uint64_t meanwhile = atomic_load(&account->used);
        grant = smaller(grant, used > meanwhile ? used : meanwhile);
        atomic_store(&account->grant, grant); /* from here on the difference is the tree's */
        set_ceiling(account);
    }
    take_stocks(account);
}

/* Under the lock. Is some process between drawing bytes and having them in a stock? */
static bool lower_grants_of_others(struct accounts *accounts, const struct account *mine)
{
    struct account *account;
    bool moving = false;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (account != mine && atomic_load(&account->grant) != 0) {
            uint32_t moves = atomic_load(&account->moves);
            lower_grant(account);
            moving |= moves % 2 != 0 || moves != atomic_load(&account->moves);
        }
    return moving;
}

/* Under the lock: what the dead, and the replaced, had is free. */
static void bury_the_dead(struct accounts *accounts, const struct account *mine)
{
    struct account *account;
    if (!can_judge(accounts))
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

/* Under the lock. False: the tree has no room for `need` bytes of `mine`. */
static bool find_room(struct accounts *accounts, const struct account *mine, uint64_t need,
                      uint64_t *left, unsigned *others)
{
    uint64_t limit = atomic_load(&accounts->tree_limit),
             sum = shares_of_others(accounts, mine, others);
    bool moving = true;
    for (int round = 0; round < ROUNDS && moving && !fits(limit, sum, need); round++) {
        if (round > 0)
            sched_yield();
        moving = lower_grants_of_others(accounts, mine);
        sum = shares_of_others(accounts, mine, others);
    }
    if (!fits(limit, sum, need)) {
        bury_the_dead(accounts, mine);
        sum = shares_of_others(accounts, mine, others);
    }
    *left = fits(limit, sum, need) ? limit - sum - need : 0;
    return fits(limit, sum, need);
}

/* Beyond what is needed, so that not every charge comes here; less as the tree runs low. */
static uint64_t extra_of(uint64_t left, unsigned others)
{
    uint64_t extra = smaller(left / SHARE / (others + 1), LARGEST_EXTRA);
    return extra < SMALLEST_EXTRA ? 0 : extra;
}

static bool draw(struct accounts *accounts, struct account *mine, uint64_t bytes)
{
    uint64_t used = atomic_load(&mine->used), need = used + bytes, left;
    unsigned others;
    if (need < used || need > own_ceiling(mine) || !find_room(accounts, mine, need, &left, &others))
        return false;
    uint64_t grant = need + extra_of(left, others);
    if (grant >
        atomic_load(&mine->grant)) /* never lower: other threads may have charged meanwhile */
        atomic_store(&mine->grant, grant);
    set_ceiling(mine);
    /* The sum is made one by one while others come and go: it may show what never was at one time.
     */
    raise_tree_peak(accounts, smaller(accounts_tree_used(accounts) + bytes,
                                      atomic_load(&accounts->tree_limit)));
    return true;
}

bool accounts_grow(struct accounts *accounts, struct account *mine, uint64_t bytes)
{
    if (!accounts_lock(accounts, mine->ticket))
        return false;
    bool grown = draw(accounts, mine, bytes);
    accounts_unlock(accounts);
    return grown;
}

void accounts_settle(struct accounts *accounts, struct account *mine, struct account_stock *stock)
{
    if (!accounts_lock(accounts, mine->ticket))
        return;
    uint64_t left = atomic_load(&stock->left);
    if (left & STOCK_TAKEN) { /* in this order: nobody may spend the bytes meanwhile */
        uint64_t taken = (left & ~STOCK_TAKEN) - 1;
        atomic_store(&mine->ceiling, 0);
        atomic_fetch_sub(&mine->used, taken);
        if (atomic_load(&mine->flags) & ACCOUNT_IN_TREE)
            atomic_fetch_sub(&mine->grant, taken);
        atomic_store(&stock->left, 0);
        set_ceiling(mine);
    }
    accounts_unlock(accounts);
}

bool accounts_set_limit(struct accounts *accounts, struct account *account, int who, uint64_t limit)
{
    if (!accounts_lock(accounts, who))
        return false;
    atomic_store(&account->limit, limit);
    set_ceiling(account);
    take_stocks(account); /* they were drawn under the old one */
    accounts_unlock(accounts);
    return true;
}

bool accounts_set_tree_limit(struct accounts *accounts, int who, uint64_t limit)
{
    if (!accounts_lock(accounts, who))
        return false;
    atomic_store(&accounts->tree_limit, limit);
    for (int round = 0; round < ROUNDS && lower_grants_of_others(accounts, NULL); round++)
        sched_yield();
    accounts_unlock(accounts);
    return true;
}
