/* SPDX-License-Identifier: MIT */
#include "records/stocks.h"

#include "records/budget_inside.h"
#include "ground/counter.h"

enum {
    STOCKS = ACCOUNTS_STOCKS, /* threads beyond that share stocks */
    SMALLEST_CHUNK = 4096,    /* less than that is not worth a stock */
    SHARE = 8                 /* all stocks together draw at most 2/SHARE of what is left */
};

enum { SHARED_CLOSED = 0 };
#define TAKEN ACCOUNT_STOCK_TAKEN

static struct {
    _Atomic unsigned threads;   /* that have a stock's number; 0 in a forked child */
    _Atomic uint64_t taken;     /* a bit for each stock that is one thread's own, */
    _Atomic int owners[STOCKS]; /* and that thread's ID, in this process */
} stocks;

bool stocks_none(const struct account *account)
{
    return counter_alone() && atomic_load_explicit(&stocks.threads, memory_order_relaxed) == 0 &&
           !atomic_load(&account->stocks_open);
}

void stocks_forget(void)
{
    atomic_store(&stocks.threads, 0);
    atomic_store(&stocks.taken, 0);
    guard.number = guard.own_stock = 0;
}

/* How much a stock may draw now; what is freed may fill it to STOCK_MOST. 0 when the budget runs
 * low: then everybody uses the counter. Also in a child that a signal handler forked just before.
 */
static uint64_t chunk_now(struct account *account)
{
    uint64_t ceiling = counter_get(&account->ceiling), used = counter_get(&account->used);
    unsigned threads = atomic_load_explicit(&stocks.threads, memory_order_relaxed);
    if (UNLIKELY(threads == 0))
        return 0;
    uint64_t left = used < ceiling ? ceiling - used : 0;
    uint64_t share = left / SHARE / (threads < STOCKS ? threads : STOCKS);
    return share < SMALLEST_CHUNK ? 0 : share < STOCK_CHUNK ? share : STOCK_CHUNK;
}

/* Stocks that threads share: one counter each, by swaps. Also for a tree, whose other processes
 * take them back (tree_scope.c). */

/* That this thread shares with others; NULL while there was but one thread, whose counter nobody
 * fights for, or none: a signal handler may fork in the middle of this. */
static struct account_stock *shared_stock(struct account *account)
{
    if (UNLIKELY(guard.number == 0))
        guard.number = 1 + atomic_fetch_add_explicit(&stocks.threads, 1, memory_order_relaxed);
    if (atomic_load_explicit(&stocks.threads, memory_order_relaxed) <= 1)
        return NULL;
    return &account->stocks[guard.number % STOCKS];
}

static bool spend_shared(struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (left > bytes && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, left - bytes, false))
            return true;
    return false;
}

/* False: others have taken the stock back, and it must be settled first. */
static bool fill_shared_locked(struct account_stock *stock, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    uint64_t left = counter_get(&stock->left);
    while (!(left & TAKEN))
        if (counter_swap(&stock->left, &left, left == SHARED_CLOSED ? bytes + 1 : left + bytes,
                         false))
            return true;
    return false;
}

/* Charges `bytes` and draws a chunk besides. False: neither. */
static COLD bool draw_shared(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    uint64_t chunk = chunk_now(account);
    if (bytes > chunk || !lock_try(&budget_inside.lock, &hold))
        return false;
    atomic_store(&account->stocks_open, 1);
    atomic_fetch_add(&account->moves, 1);
    bool drawn = budget_draw(account, bytes + chunk);
    if (drawn && !fill_shared_locked(stock, chunk))
        budget_return_locked(account, chunk);
    atomic_fetch_add(&account->moves, 1);
    lock_drop(&budget_inside.lock, &hold);
    return drawn;
}

/* A stock that frees have filled gives its surplus back; the freed bytes are in it already. */
static COLD void drain_shared(struct account *account, struct account_stock *stock)
{
    struct lock_hold hold;
    if (!lock_try(&budget_inside.lock, &hold))
        return;
    uint64_t left = counter_get(&stock->left), chunk = chunk_now(account);
    atomic_fetch_add(&account->moves, 1);
    while (left > chunk + 1 && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, chunk + 1, false)) {
            budget_return_locked(account, left - chunk - 1);
            break;
        }
    atomic_fetch_add(&account->moves, 1);
    lock_drop(&budget_inside.lock, &hold);
}

static bool refund_shared(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (left != SHARED_CLOSED && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, left + bytes, false)) {
            if (UNLIKELY(left + bytes > STOCK_MOST))
                drain_shared(account, stock);
            return true;
        }
    return false;
}

static void close_shared_locked(struct account *account, struct account_stock *stock)
{
    lock_assert_held(&budget_inside.lock);
    uint64_t left = counter_get(&stock->left);
    atomic_fetch_add(&account->moves, 1);
    while (left != SHARED_CLOSED && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, SHARED_CLOSED, false)) {
            budget_return_locked(account, left - 1);
            left = SHARED_CLOSED;
        }
    atomic_fetch_add(&account->moves, 1);
    if (left & TAKEN)
        accounts_settle(budget_inside.accounts, account, stock);
}

/* Stocks that are one thread's each: stock.h. */

/* Those whose thread is no more. */
static void free_stocks_of_the_dead_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    for (unsigned i = 0; i < STOCKS; i++)
        if (kernel_is_no_thread(atomic_load(&stocks.owners[i]))) {
            stock_close(&account->stocks[i]);
            budget_return_locked(account, stock_sweep(&account->stocks[i]));
            atomic_fetch_and(&stocks.taken, ~(UINT64_C(1) << i));
        }
}

/* A free one for this thread, as guard.own_stock has it. It is closed: who opens it
 * looks at the limit. */
static unsigned take_stock_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    if (atomic_load(&stocks.taken) == UINT64_MAX)
        free_stocks_of_the_dead_locked(account);
    uint64_t taken = atomic_load(&stocks.taken);
    if (taken == UINT64_MAX)
        return GUARD_NO_STOCK;
    unsigned index = (unsigned)__builtin_ctzll(~taken);
    stock_close(&account->stocks[index]);
    atomic_store(&stocks.owners[index], kernel_thread());
    atomic_fetch_or(&stocks.taken, UINT64_C(1) << index);
    atomic_store(&account->stocks_open, 1);
    return (unsigned)offsetof(struct account, stocks[index]);
}

/* A child that shares our memory (vfork), or a copy that no handler told us of, is nobody's thread.
 * It uses the counter, or stocks that it found chosen. */
static bool is_same_process(void) { return kernel_pid() == budget_inside.process; }

static COLD void choose_stock(struct account *account)
{
    struct lock_hold hold;
    if (budget_inside.in_tree || !stock_possible()) {
        guard.own_stock = GUARD_NO_STOCK;
        return;
    }
    if (!is_same_process() || !lock_try(&budget_inside.lock, &hold))
        return;               /* next time */
    if (guard.own_stock == 0) /* else a signal handler was here */
        guard.own_stock = take_stock_locked(account);
    lock_drop(&budget_inside.lock, &hold);
}

/* What a limit, or a want of budget, has come in between is closed again: nobody draws more than
 * there is. */
static bool open_sole_stock_locked(struct account *account, struct account_stock *stock,
                                   int64_t more, uint64_t bytes)
{
    lock_assert_held(&budget_inside.lock);
    if (more > 0 && !budget_draw(account, (uint64_t)more))
        return false;
    atomic_store(&account->stocks_open, 1);
    stock_open(stock, more, bytes);
    if (counter_get(&account->used) > atomic_load(&account->ceiling))
        stock_close(stock);
    return true;
}

/* As draw, for a stock that is this thread's alone. */
static COLD bool draw_sole(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    uint64_t chunk = chunk_now(account);
    if (bytes > chunk || !lock_try(&budget_inside.lock, &hold))
        return false;
    int64_t more = stock_lacks(stock, bytes) + (int64_t)chunk;
    bool drawn = open_sole_stock_locked(account, stock, more > 0 ? more : 0, bytes);
    lock_drop(&budget_inside.lock, &hold);
    return drawn;
}

COLD bool stocks_settle(struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    lock_take(&budget_inside.lock, &hold);
    bool stands = stock_settle(stock, bytes);
    lock_drop(&budget_inside.lock, &hold);
    return stands;
}

static OUT_OF_LINE bool charge_sole(struct account *account, struct account_stock *stock,
                                    uint64_t bytes)
{
    enum stock_result result = stock_charge(stock, bytes);
    return LIKELY(result == STOCK_CHARGED) ||
           (result == STOCK_OVERDRAWN && stocks_settle(stock, bytes)) ||
           draw_sole(account, stock, bytes);
}

bool stocks_sweep_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    uint64_t unspent = 0;
    for (unsigned i = 0; i < STOCKS; i++)
        unspent += stock_sweep(&account->stocks[i]);
    if (unspent > 0)
        budget_return_locked(account, unspent);
    return unspent > 0;
}

/* Those that are one thread's each. */
static void close_sole_stocks_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    bool open = false;
    for (unsigned i = 0; i < STOCKS; i++)
        open |= stock_close(&account->stocks[i]);
    if (open)
        stock_barrier();
    stocks_sweep_locked(account);
}

/* A stock that frees have filled gives its surplus back, and these bytes with it. */
static COLD bool drain_sole(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    if (!lock_try(&budget_inside.lock, &hold))
        return false;
    int64_t surplus = stock_left(stock) - (int64_t)chunk_now(account);
    if (surplus > 0)
        open_sole_stock_locked(account, stock, -surplus, 0);
    budget_return_locked(account, bytes + (surplus > 0 ? (uint64_t)surplus : 0));
    lock_drop(&budget_inside.lock, &hold);
    return true;
}

/* One that was closed, of a thread that frees: a charge, which would open it, may never come.
 * False: it stays closed, as all do when the budget runs low. */
static COLD bool reopen_sole(struct account *account, struct account_stock *stock)
{
    struct lock_hold hold;
    if (chunk_now(account) == 0 || !lock_try(&budget_inside.lock, &hold))
        return false;
    bool open = stock_lacks(stock, 0) <= 0 && open_sole_stock_locked(account, stock, 0, 0);
    lock_drop(&budget_inside.lock, &hold);
    return open;
}

static OUT_OF_LINE bool refund_sole(struct account *account, struct account_stock *stock,
                                    uint64_t bytes)
{
    if (LIKELY(stock_refund(stock, bytes)))
        return true;
    if (stock_left(stock) > 0)
        return drain_sole(account, stock, bytes);
    return reopen_sole(account, stock) && stock_refund(stock, bytes);
}

/* Of either kind. */

void stocks_close_locked(struct account *account)
{
    lock_assert_held(&budget_inside.lock);
    if (!atomic_load(&account->stocks_open))
        return;
    close_sole_stocks_locked(account);
    for (unsigned i = 0; i < STOCKS; i++)
        close_shared_locked(account, &account->stocks[i]);
}

/* Whether one is drained, drawn to or opened is settled by who has the lock, and who does not get
 * it at once uses the counter: a refund must not wait for one that is about to be refused, who
 * sweeps until nothing more comes and counts what is on the counter. */
bool stocks_refund(struct account *account, uint64_t bytes)
{
    struct account_stock *shared = shared_stock(account);
    if (shared != NULL && UNLIKELY(guard.own_stock == 0))
        choose_stock(account);
    struct account_stock *sole = stocks_own(account);
    return sole != NULL ? refund_sole(account, sole, bytes)
                        : shared != NULL && refund_shared(account, shared, bytes);
}

bool stocks_charge(struct account *account, uint64_t bytes)
{
    struct account_stock *shared = shared_stock(account);
    if (shared == NULL)
        return false;
    if (UNLIKELY(guard.own_stock == 0))
        choose_stock(account);
    struct account_stock *sole = stocks_own(account);
    return sole != NULL ? charge_sole(account, sole, bytes)
                        : spend_shared(shared, bytes) || draw_shared(account, shared, bytes);
}
