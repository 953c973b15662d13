/* SPDX-License-Identifier: MIT */
#include "records/budget.h"

#include "records/budget_inside.h"
#include "ground/counter.h"
#include "records/stocks.h"

enum { ATTEMPTS = 100 }; /* to get what other threads of ours may snatch away */

static COLD struct account *account_of_copy(void)
{
    budget_on_copy();
    return *budget_inside.account;
}

static inline struct account *this_account(void)
{
    struct account *account = *(struct account *volatile *)budget_inside.account;
    return LIKELY(account != NULL) ? account : account_of_copy();
}

/* May locked instructions be spared? Not where other processes look at the counter and lower the
 * ceiling. */
static inline bool is_alone(void) { return *budget_inside.alone; }

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
 * (mend_after_fork_locked).
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

/* A handler forked in the middle of a charge or a refund: the child took from its
 * own what it had inherited. */
static void mend_after_fork_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    int64_t used = (int64_t)counter_get(&account->used);
    if (used < 0)
        refund_after_fork(account, (uint64_t)-used);
}

void budget_return_locked(struct account *account, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    counter_subtract(&account->used, bytes, false);
    mend_after_fork_locked(account);
}

/* Another process may have lowered the ceiling before it could see our charge (tree_scope.c), or
 * another thread may have set a soft level. Who is told so goes on to charge_last_resort. */
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
            UNLIKELY(sum > INT64_MAX)) /* would be less than nothing to mend_after_fork_locked */
            return false;
    } while (!counter_swap(&account->used, &used, sum, alone));
    if (!alone && (budget_inside.in_tree || budget_soft_is_set(account)) &&
        !is_still_granted(account, sum, bytes))
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

static bool set_limit(uint64_t limit, bool chosen)
{
    struct lock_hold hold;
    struct account *account = this_account();
    struct accounts *accounts = budget_inside.accounts;
    bool set = true;
    lock_take(&budget_inside.lock, &hold);
    if (accounts != NULL) {
        set = chosen ? accounts_choose_limit(accounts, account, limit)
                     : accounts_set_limit(accounts, account, account->ticket, limit);
    } else {
        uint64_t given = counter_get(&account->given);
        atomic_store(&account->limit, chosen && limit > given ? given : limit);
        atomic_store(&account->ceiling, budget_own_ceiling(account));
    }
    if (set)
        atomic_store(&budget_own.limit, counter_get(&account->limit));
    stocks_close_locked(account); /* what they hold was drawn under the old limit */
    lock_drop(&budget_inside.lock, &hold);
    return set;
}

bool budget_set_limit(uint64_t limit) { return set_limit(limit, false); }
bool budget_choose_limit(uint64_t limit) { return set_limit(limit, true); }

void budget_give_limit(uint64_t limit)
{
    atomic_store(&budget_own.given, limit);
    budget_set_limit(limit);
}

void budget_give_at_most(uint64_t limit)
{
    if (limit < counter_get(&budget_own.given))
        atomic_store(&budget_own.given, limit);
    budget_choose_limit(counter_get(&budget_own.limit));
}

/* Who charges looks at the peak afterwards: a charge that met the old one is in what is used by
 * then. */
void budget_reset_peak(void)
{
    struct lock_hold hold;
    struct account *account = this_account();
    lock_take(&budget_inside.lock, &hold);
    stocks_close_locked(account);
    uint64_t inherited = counter_get(&account->inherited);
    atomic_store(&account->peak, counter_get(&account->used) + inherited);
    lock_drop(&budget_inside.lock, &hold);
    atomic_thread_fence(memory_order_seq_cst);
    raise_peak(account, counter_get(&account->used) + inherited, false);
}

static bool charge_with_more_of_the_tree_locked(struct account *account, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    for (int i = 0;
         i < ATTEMPTS && accounts_grow(budget_inside.accounts, budget_inside.slot, bytes); i++)
        if (budget_charge_counter(account, bytes, false))
            return true;
    return false;
}

/* With all stocks closed. A thread that looked before may give something back to its
 * stock just after it was swept, and have it again from the counter: so whatever turns up is
 * counted, and tried again. Each thread can be late but once. */
static bool charge_with_what_comes_late_locked(struct account *account, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    bool charged = budget_charge_counter(account, bytes, false);
    for (int i = 0; i < ACCOUNTS_STOCKS && !charged && stocks_sweep_locked(account); i++)
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

static bool charge_with_all_there_is_locked(struct account *account, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    return charge_with_what_comes_late_locked(account, bytes) ||
           (budget_inside.in_tree && charge_with_more_of_the_tree_locked(account, bytes));
}

static COLD bool charge_last_resort(struct account *account, uint64_t bytes)
{
    struct lock_hold hold;
    struct budget_listener listener = {.fd = -1};
    if (stocks_none(account) && !budget_inside.in_tree && !budget_soft_is_set(account))
        return false;
    lock_take(&budget_inside.lock, &hold);
    mend_after_fork_locked(account);
    stocks_close_locked(account);
    bool charged =
        charge_with_all_there_is_locked(account, bytes) ||
        budget_soft_charge_locked(account, bytes, charge_with_all_there_is_locked, &listener);
    guard.by_tree = budget_inside.in_tree && !charged && is_within_own_limit(account, bytes);
    lock_drop(&budget_inside.lock, &hold);
    budget_soft_tell(&listener);
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
static OUT_OF_LINE bool charge_plain_in_tree(struct account *account, uint64_t bytes)
{
    return budget_inside.in_tree && counter_alone() && budget_charge_counter(account, bytes, false);
}

static inline bool charge_alone(struct account *account, uint64_t bytes)
{
    uint64_t used = counter_get(&account->used);
    uint64_t sum = used + bytes; /* of a plain block, and one process's: far from an overflow */
    if (UNLIKELY(sum > counter_get(&account->ceiling)) ||
        UNLIKELY(!counter_swap(&account->used, &used, sum, true)))
        return false;
    if (UNLIKELY(sum > counter_get(&account->peak)))
        raise_peak(account, sum, true);
    return true;
}

bool budget_charge_fast(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget_inside.account;
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
    return charge_alone(account, bytes);
}

bool budget_charge_alone(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget_inside.account;
    return LIKELY(account != NULL) && LIKELY(is_alone()) && charge_alone(account, bytes);
}

static __attribute__((noinline)) void refund_among_others(struct account *account, uint64_t bytes)
{
    if (counter_alone() || bytes > STOCK_CHUNK || !stocks_refund(account, bytes))
        budget_refund_counter(account, bytes, false);
}

void budget_refund(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget_inside.account;
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
    struct account *account = *(struct account *volatile *)budget_inside.account;
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

struct budget_figures budget_read(void)
{
    struct lock_hold hold;
    struct account *account = this_account();
    bool stocks = !stocks_none(account);
    if (stocks) {
        lock_take(&budget_inside.lock, &hold);
        stocks_close_locked(account);
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
    if (budget_inside.in_tree)
        accounts_open_reserve(budget_inside.accounts);
}

struct account *budget_account(void) { return this_account(); }
