/* SPDX-License-Identifier: MIT */
#include "records/budget.h"

#include "records/budget_inside.h"
#include "ground/counter.h"
#include "records/stocks.h"

#include <string.h>
#include <sys/mman.h>

enum { ATTEMPTS = 100 }; /* to get what other threads of ours may snatch away */

static BEHIND struct account own;
static struct account *own_account = &own;

static struct {
    struct account **account; /* where its address stands */
    const char *alone;        /* is it true, this thread alone changes the account */
    struct account *slot;     /* ours in the table, if there is one; */
    struct account *view;     /* the same memory once more, for look_at; or NULL, */
    struct account *joined;   /* one of the two, */
    struct account *
        *watched;   /* and a page with its address, which is NULL in a copy of the process */
    uint64_t noted; /* bytes held just before a fork */
} budget = {.account = &own_account, .alone = ""};

struct budget_inside budget_inside;
void (*budget_on_copy)(void);

static COLD struct account *account_of_copy(void)
{
    budget_on_copy();
    return *budget.account;
}

static inline struct account *this_account(void)
{
    struct account *account = *(struct account *volatile *)budget.account;
    return LIKELY(account != NULL) ? account : account_of_copy();
}

/* May locked instructions be spared? Not where other processes look at the counter and lower the
 * ceiling. */
static inline bool is_alone(void) { return *budget.alone; }

static void note_who_is_alone(bool in_tree)
{
    budget_inside.in_tree = in_tree;
    budget.alone = counter_alone_at(!in_tree);
}

void budget_start(uint64_t limit)
{
    stock_possible(); /* to register for membarrier takes milliseconds once there are threads */
    budget_inside.process = kernel_pid();
    note_who_is_alone(false);
    atomic_store(&own.limit, limit);
    atomic_store(&own.ceiling, limit);
}

static void raise_peak(struct account *account, uint64_t used, bool alone)
{
    uint64_t peak = counter_get(&account->peak);
    while (used > peak && !counter_swap(&account->peak, &peak, used, alone))
        ;
}

/* A signal handler forked while the bytes were on their way here: the child inherited them. */
static COLD void refund_to_parent(uint64_t bytes)
{
    if (budget_inside.in_tree)
        budget_refund_inherited(bytes);
}

/* They are taken from the counter already. */
static COLD void refund_after_fork(struct account *account, uint64_t bytes)
{
    atomic_fetch_add(&account->used, bytes);
    refund_to_parent(bytes);
}

/* Other processes of a tree read `used`, and may see this late; but they do not write it. With
 * other threads it is not below zero for a moment, in which one of them could mend that
 * (mend_after_fork).
 */
void budget_refund_counter(struct account *account, uint64_t bytes, bool alone)
{
    if (alone || counter_alone()) {
        if (UNLIKELY(!counter_subtract(&account->used, bytes, true)))
            refund_after_fork(account, bytes);
        return;
    }
    uint64_t used = counter_get(&account->used);
    do {
        if (UNLIKELY(used < bytes)) {
            refund_to_parent(bytes);
            return;
        }
    } while (!counter_swap(&account->used, &used, used - bytes, false));
}

/* Under the lock. A handler forked in the middle of a charge or a refund: the child took from its
 * own what it had inherited. */
static void mend_after_fork(struct account *account)
{
    int64_t used = (int64_t)counter_get(&account->used);
    if (used < 0)
        refund_after_fork(account, (uint64_t)-used);
}

void budget_return(struct account *account, uint64_t bytes)
{
    counter_subtract(&account->used, bytes, false);
    mend_after_fork(account);
}

/* Another process may have lowered the ceiling before it could see our charge (accounts_grants.c).
 * Who is told so goes on to charge_last_resort. */
static inline bool is_still_granted(struct account *account, uint64_t used, uint64_t bytes)
{
    if (LIKELY(used <= atomic_load(&account->ceiling)))
        return true;
    atomic_fetch_sub(&account->used, bytes);
    return false;
}

bool budget_charge_counter(struct account *account, uint64_t bytes, bool alone)
{
    uint64_t ceiling = counter_get(&account->ceiling), used = counter_get(&account->used);
    uint64_t inherited = counter_get(&account->inherited); /* of one process with `used` */
    uint64_t sum;
    do {
        if (UNLIKELY(__builtin_add_overflow(used, bytes, &sum)) || UNLIKELY(sum > ceiling) ||
            UNLIKELY(sum > INT64_MAX)) /* would be less than nothing to mend_after_fork */
            return false;
    } while (!counter_swap(&account->used, &used, sum, alone));
    if (!alone && budget_inside.in_tree && !is_still_granted(account, sum, bytes))
        return false;
    if (UNLIKELY(bytes > BUDGET_SURE))
        guard.peak_candidate = sum + inherited;
    else
        raise_peak(account, sum + inherited, alone);
    return true;
}

void budget_note_peak(uint64_t bytes)
{
    if (bytes > BUDGET_SURE)
        raise_peak(this_account(), guard.peak_candidate, false);
}

bool budget_draw(struct account *account, uint64_t bytes)
{
    bool drawn = budget_charge_counter(account, bytes, false);
    if (drawn)
        budget_note_peak(bytes);
    return drawn;
}

void budget_set_limit(uint64_t limit)
{
    struct lock_hold hold;
    struct account *account = this_account();
    lock_take(&budget_inside.lock, &hold);
    atomic_store(&own.limit, limit);
    if (budget_inside.accounts != NULL)
        accounts_set_limit(budget_inside.accounts, account, account->ticket, limit);
    else
        atomic_store(&account->ceiling, limit);
    stocks_close(account); /* what they hold was drawn under the old limit */
    lock_drop(&budget_inside.lock, &hold);
}

/* Under the lock. */
static bool charge_with_more_of_the_tree(struct account *account, uint64_t bytes)
{
    for (int i = 0; i < ATTEMPTS && accounts_grow(budget_inside.accounts, budget.slot, bytes); i++)
        if (budget_charge_counter(account, bytes, false))
            return true;
    return false;
}

/* Under the lock, all stocks closed. A thread that looked before may give something back to its
 * stock just after it was swept, and have it again from the counter: so whatever turns up is
 * counted, and tried again. Each thread can be late but once. */
static bool charge_with_what_comes_late(struct account *account, uint64_t bytes)
{
    bool charged = budget_charge_counter(account, bytes, false);
    for (int i = 0; i < ACCOUNTS_STOCKS && !charged && stocks_sweep(account); i++)
        charged = budget_charge_counter(account, bytes, false);
    return charged;
}

/* Would the process's own limit have let it pass? */
static bool is_within_own_limit(const struct account *account, uint64_t bytes)
{
    uint64_t held = counter_get(&account->used) + counter_get(&account->inherited);
    uint64_t limit = counter_get(&account->limit);
    return held <= limit && bytes <= limit - held;
}

static COLD bool charge_last_resort(struct account *account, uint64_t bytes)
{
    struct lock_hold hold;
    if (stocks_none(account) && !budget_inside.in_tree)
        return false;
    lock_take(&budget_inside.lock, &hold);
    mend_after_fork(account);
    stocks_close(account);
    bool charged = charge_with_what_comes_late(account, bytes) ||
                   (budget_inside.in_tree && charge_with_more_of_the_tree(account, bytes));
    guard.by_tree = budget_inside.in_tree && !charged && is_within_own_limit(account, bytes);
    lock_drop(&budget_inside.lock, &hold);
    return charged;
}

static __attribute__((noinline)) bool charge_among_others(struct account *account, uint64_t bytes)
{
    return (!counter_alone() && stocks_charge(account, bytes)) ||
           budget_charge_counter(account, bytes, false) || charge_last_resort(account, bytes);
}

bool budget_charge(uint64_t bytes)
{
    struct account *account = this_account();
    if (is_alone())
        return LIKELY(budget_charge_counter(account, bytes, true)) ||
               charge_last_resort(account, bytes);
    return charge_among_others(account, bytes);
}

/* Without a stock: in a tree, while there is one thread. */
static ASIDE bool charge_plain_in_tree(struct account *account, uint64_t bytes)
{
    return budget_inside.in_tree && counter_alone() && budget_charge_counter(account, bytes, false);
}

bool budget_charge_fast(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget.account;
    if (UNLIKELY(account == NULL))
        return false;
    if (UNLIKELY(!is_alone())) { /* that is, on the side: threads can bear a jump better */
        struct account_stock *stock = stocks_own(account);
        if (UNLIKELY(stock == NULL))
            return charge_plain_in_tree(account, bytes);
        enum stock_result result = stock_charge(stock, bytes);
        return LIKELY(result == STOCK_CHARGED) ||
               (result == STOCK_OVERDRAWN && stocks_settle(stock, bytes));
    }
    uint64_t used = counter_get(&account->used);
    uint64_t sum = used + bytes; /* of a plain block, and one process's: far from an overflow */
    if (UNLIKELY(sum > counter_get(&account->ceiling)) ||
        UNLIKELY(!counter_swap(&account->used, &used, sum, true)))
        return false;
    if (UNLIKELY(sum > counter_get(&account->peak)))
        raise_peak(account, sum, true);
    return true;
}

static __attribute__((noinline)) void refund_among_others(struct account *account, uint64_t bytes)
{
    if (counter_alone() || bytes > STOCK_CHUNK || !stocks_refund(account, bytes))
        budget_refund_counter(account, bytes, false);
}

void budget_refund(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget.account;
    if (UNLIKELY(account == NULL)) {
        account_of_copy(); /* what is held was counted from the records, which these bytes have left
                            */
        return;
    }
    if (is_alone())
        budget_refund_counter(account, bytes, true);
    else
        refund_among_others(account, bytes);
}

bool budget_refund_fast(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget.account;
    if (UNLIKELY(account == NULL))
        return false;
    if (LIKELY(is_alone())) { /* a child that is forked right here begins with them in `used` */
        counter_subtract(&account->used, bytes, true);
        return true;
    }
    struct account_stock *stock = stocks_own(account);
    return LIKELY(stock != NULL) && LIKELY(stock_refund(stock, bytes));
}

void budget_refund_inherited(uint64_t bytes)
{
    struct account *account = this_account();
    if (budget_inside.accounts == NULL) { /* alone: budget_disinherit */
        budget_refund(bytes);
        return;
    }
    uint64_t held = counter_get(&account->inherited);
    while (!counter_swap(&account->inherited, &held, held > bytes ? held - bytes : 0, false))
        ;
}

void budget_charge_inherited(uint64_t bytes)
{
    struct account *account = this_account();
    atomic_fetch_add(budget_inside.accounts != NULL ? &account->inherited : &account->used, bytes);
}

/* The parent's slot is none of a child's: what would still go there is lost. */
static void look_away(void)
{
    if (budget.view != NULL)
        kernel_mmap(budget.view, sizeof *budget.view, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void budget_disinherit(void)
{
    look_away();
    atomic_fetch_add(&own.used, atomic_exchange(&own.inherited, 0));
    atomic_store(&own.ceiling, counter_get(&own.limit));
}

struct budget_figures budget_read(void)
{
    struct lock_hold hold;
    struct account *account = this_account();
    bool stocks = !stocks_none(account);
    if (stocks) {
        lock_take(&budget_inside.lock, &hold);
        stocks_close(account);
    }
    uint64_t inherited = counter_get(&account->inherited);
    struct budget_figures figures = {
        .limit = counter_get(&account->limit),
        .used = counter_get(&account->used) + inherited,
        .peak = counter_get(&account->peak),
    };
    if (stocks)
        lock_drop(&budget_inside.lock, &hold);
    return figures;
}

bool budget_read_tree(struct budget_figures *figures)
{
    if (!budget_inside.in_tree)
        return false;
    *figures = (struct budget_figures){.limit = counter_get(&budget_inside.accounts->tree_limit),
                                       .used = accounts_tree_used(budget_inside.accounts)};
    return true;
}

void budget_open_tree_reserve(void)
{
    if (budget_inside.in_tree && atomic_exchange(&budget_inside.accounts->reserve_open, 1) == 0)
        atomic_fetch_add(&budget_inside.accounts->tree_limit, budget_inside.accounts->reserve);
}

/* What stood in memory that others share is from now on in our own; from zero, but for the limit.
 */
void budget_fork_child(uint64_t held)
{
    if (budget_inside.accounts == NULL) {
        stocks_close(&own);
        held = counter_get(&own.used);
    } else if (held == BUDGET_AS_NOTED) {
        held = budget.noted;
    }
    uint64_t limit = counter_get(&own.limit);
    bool stocks = !stocks_none(&own);
    memset(&own, 0, stocks ? sizeof own : offsetof(struct account, stocks));
    atomic_store(&own.stocks_open, stocks); /* a refund that a handler interrupted may end in one */
    atomic_store(&own.limit, limit);
    atomic_store(&own.ceiling, limit);
    atomic_store(&own.used, held);
    atomic_store(&own.peak, held);
    budget_inside.process = kernel_pid();
    stocks_forget();
    budget.account = &own_account;
    budget_inside.accounts = NULL;
    note_who_is_alone(false);
}

void budget_inherit(void)
{
    uint64_t limit = counter_get(&own.limit), held = atomic_exchange(&own.used, 0);
    atomic_store(&own.inherited, held);
    if (limit != BUDGET_UNLIMITED)
        atomic_store(&own.ceiling, limit > held ? limit - held : 0);
}

/* The slot at an address that a forked child keeps, where its own slot takes the place of its
 * parent's: so whatever a signal handler that forked has interrupted goes on there with its own
 * account. */
static struct account *look_at(struct account *slot)
{
    struct account *view = kernel_map_again(slot, sizeof *slot, budget.view);
    if (view == NULL)
        look_away();
    else
        budget.view = view;
    return view != NULL ? view : slot;
}

void budget_join(struct accounts *accounts, struct account *account)
{
    stocks_close(&own);
    bool in_tree =
        atomic_load(&account->flags) & ACCOUNT_IN_TREE; /* which has granted nothing yet */
    atomic_store(&account->used, counter_get(&own.used));
    atomic_store(&account->peak, counter_get(&own.peak));
    atomic_store(&account->limit, counter_get(&own.limit));
    atomic_store(&account->inherited, counter_get(&own.inherited));
    atomic_store(&account->ceiling, in_tree ? 0 : counter_get(&own.ceiling));
    atomic_store(&account->stocks_open, atomic_load(&own.stocks_open));
    budget.slot = account;
    budget.joined = look_at(account);
    budget_inside.accounts = accounts;
    note_who_is_alone(in_tree);
    if (budget.watched == NULL)
        budget.watched = (struct account **)kernel_copy_mark();
    if (budget.watched != NULL)
        *budget.watched = budget.joined;
    budget.account = budget.watched != NULL ? budget.watched : &budget.joined;
}

struct account *budget_account(void) { return this_account(); }

void budget_fork_take(void) { lock_fork_take(&budget_inside.lock); }
void budget_fork_drop(void) { lock_fork_drop(&budget_inside.lock); }

void budget_fork_reset(void) { lock_fork_reset(&budget_inside.lock); }

/* Afterwards it may be too late: a parent that ends at once has no slot any more. */
void budget_fork_note(void)
{
    if (budget_inside.accounts == NULL)
        return;
    budget.noted = account_used(budget.slot);
    atomic_store(&own.limit, counter_get(&budget.slot->limit));
}

void budget_recover(void) { lock_fork_reset(&budget_inside.lock); }
