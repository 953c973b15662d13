/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include "counter.h"
#include "lock.h"
#include "stock.h"

#include <string.h>
#include <sys/mman.h>

enum {
    STOCKS = ACCOUNTS_STOCKS, /* threads beyond that share stocks */
    CHUNK = STOCK_CHUNK,      /* bytes drawn at a time, with budget to spare */
    SMALLEST_CHUNK = 4096,    /* less than that is not worth a stock */
    SHARE = 8,                /* all stocks together hold at most 2/SHARE of what is left */
    ATTEMPTS = 100            /* to get what other threads of ours may snatch away */
};

enum { CLOSED = 0 };
#define TAKEN ACCOUNT_STOCK_TAKEN

static BEHIND struct account own;
static struct account *own_account = &own;

static struct {
    struct account **account;  /* where its address stands */
    const char *alone;         /* is it true, this thread alone changes the account */
    struct accounts *accounts; /* NULL: the account is our own */
    struct account *slot;      /* else ours in `accounts`; */
    struct account *view;      /* the same memory once more, for look_at; or NULL, */
    struct account *joined;    /* one of the two, */
    struct account *
        *watched; /* and a page with its address, which is NULL in a copy of the process */
    bool in_tree;
    uint64_t noted;             /* bytes held just before a fork */
    _Atomic unsigned threads;   /* that have a stock's number */
    _Atomic uint64_t taken;     /* a bit for each stock that is one thread's own, */
    _Atomic int owners[STOCKS]; /* and that thread's ID, */
    int process;                /* in this process */
    struct lock lock;           /* bytes move between `used` and stocks */
} budget = {.account = &own_account, .alone = ""};

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
    budget.in_tree = in_tree;
    budget.alone = counter_alone_at(!in_tree);
}

void budget_start(uint64_t limit)
{
    stock_possible(); /* to register for membarrier takes milliseconds once there are threads */
    budget.process = kernel_pid();
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
static COLD void refund_after_fork(struct account *account, uint64_t bytes)
{
    atomic_fetch_add(&account->used, bytes);
    if (budget.in_tree)
        budget_refund_inherited(bytes);
}

/* Other processes of a tree read `used`, and may see this late; but they do not write it. */
static void refund_counter(struct account *account, uint64_t bytes, bool alone)
{
    if (UNLIKELY(!counter_subtract(&account->used, bytes, alone || counter_alone())))
        refund_after_fork(account, bytes);
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

static bool charge_counter(struct account *account, uint64_t bytes, bool alone)
{
    uint64_t ceiling = counter_get(&account->ceiling), used = counter_get(&account->used);
    uint64_t inherited = counter_get(&account->inherited); /* of one process with `used` */
    uint64_t sum;
    do {
        if (UNLIKELY(__builtin_add_overflow(used, bytes, &sum)) || UNLIKELY(sum > ceiling))
            return false;
    } while (!counter_swap(&account->used, &used, sum, alone));
    if (!alone && budget.in_tree && !is_still_granted(account, sum, bytes))
        return false;
    raise_peak(account, sum + inherited, alone);
    return true;
}

/* This thread's stock; NULL while there was but one thread, whose counter nobody fights for. */
static struct account_stock *own_stock(struct account *account)
{
    if (UNLIKELY(guard.stock == 0))
        guard.stock = 1 + atomic_fetch_add_explicit(&budget.threads, 1, memory_order_relaxed);
    if (atomic_load_explicit(&budget.threads, memory_order_relaxed) == 1)
        return NULL;
    return &account->stocks[guard.stock % STOCKS];
}

/* Under the lock: whose thread is no more. */
static void free_stocks_of_the_dead(struct account *account)
{
    for (unsigned i = 0; i < STOCKS; i++)
        if (kernel_is_no_thread(atomic_load(&budget.owners[i]))) {
            stock_close(&account->stocks[i]);
            refund_counter(account, stock_sweep(&account->stocks[i]), false);
            atomic_fetch_and(&budget.taken, ~(UINT64_C(1) << i));
        }
}

/* Under the lock. 0: all are taken. */
static unsigned free_stock(struct account *account)
{
    if (atomic_load(&budget.taken) == UINT64_MAX)
        free_stocks_of_the_dead(account);
    uint64_t taken = atomic_load(&budget.taken);
    return taken == UINT64_MAX ? 0 : 1 + (unsigned)__builtin_ctzll(~taken);
}

/* A child that shares our memory (vfork), or a copy that no handler told us of, is nobody's thread.
 */
static bool is_same_process(void) { return kernel_pid() == budget.process; }

static COLD void choose_stock(struct account *account)
{
    struct lock_hold hold;
    bool possible = !budget.in_tree && stock_possible();
    if (possible && (!is_same_process() || !lock_try(&budget.lock, &hold)))
        return; /* next time */
    unsigned number = possible ? free_stock(account) : 0;
    if (number != 0) {
        atomic_store(&budget.owners[number - 1], kernel_thread());
        atomic_fetch_or(&budget.taken, UINT64_C(1) << (number - 1));
        atomic_store(&account->stocks_open, 1);
    }
    guard.own_stock =
        number != 0 ? (unsigned)offsetof(struct account, stocks[number - 1]) : GUARD_NO_STOCK;
    if (possible)
        lock_drop(&budget.lock, &hold);
}

/* That this thread alone spends from; NULL: it has none. */
static inline struct account_stock *sole_stock(struct account *account)
{
    unsigned offset = guard.own_stock;
    return LIKELY(offset > GUARD_NO_STOCK) ? (void *)((char *)account + offset) : NULL;
}

static bool spend(struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (left > bytes && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, left - bytes, false))
            return true;
    return false;
}

/* How much a stock may hold now; 0 when the budget runs low: then everybody uses the counter. */
static uint64_t chunk_now(struct account *account)
{
    uint64_t ceiling = counter_get(&account->ceiling), used = counter_get(&account->used);
    unsigned threads = atomic_load_explicit(&budget.threads, memory_order_relaxed);
    uint64_t left = used < ceiling ? ceiling - used : 0;
    uint64_t share = left / SHARE / (threads < STOCKS ? threads : STOCKS);
    return share < SMALLEST_CHUNK ? 0 : share < CHUNK ? share : CHUNK;
}

/* Under the lock. False: others have taken the stock back, and it must be settled first. */
static bool fill(struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (!(left & TAKEN))
        if (counter_swap(&stock->left, &left, left == CLOSED ? bytes + 1 : left + bytes, false))
            return true;
    return false;
}

/* Charges `bytes` and draws a chunk besides, under the lock. False: neither. */
static COLD bool draw(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    uint64_t chunk = chunk_now(account);
    if (bytes > chunk || !lock_try(&budget.lock, &hold))
        return false;
    atomic_store(&account->stocks_open, 1);
    atomic_fetch_add(&account->moves, 1);
    bool drawn = charge_counter(account, bytes + chunk, false);
    if (drawn && !fill(stock, chunk))
        refund_counter(account, chunk, false);
    atomic_fetch_add(&account->moves, 1);
    lock_drop(&budget.lock, &hold);
    return drawn;
}

/* What a limit, or a want of budget, has come in between is closed again: nobody draws more than
 * there is. */
static bool open_sole_stock(struct account *account, struct account_stock *stock, int64_t more,
                            uint64_t bytes)
{
    if (more > 0 && !charge_counter(account, (uint64_t)more, false))
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
    if (bytes > chunk || !lock_try(&budget.lock, &hold))
        return false;
    int64_t more = stock_lacks(stock, bytes) + (int64_t)chunk;
    bool drawn = open_sole_stock(account, stock, more > 0 ? more : 0, bytes);
    lock_drop(&budget.lock, &hold);
    return drawn;
}

static COLD bool settle_sole(struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    lock_take(&budget.lock, &hold);
    bool stands = stock_settle(stock, bytes);
    lock_drop(&budget.lock, &hold);
    return stands;
}

static ASIDE bool charge_sole(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    enum stock_result result = stock_charge(stock, bytes);
    return LIKELY(result == STOCK_CHARGED) ||
           (result == STOCK_OVERDRAWN && settle_sole(stock, bytes)) ||
           draw_sole(account, stock, bytes);
}

/* Under the lock, of closed stocks. False: nothing was in them. */
static bool sweep_sole_stocks(struct account *account)
{
    uint64_t unspent = 0;
    for (unsigned i = 0; i < STOCKS; i++)
        unspent += stock_sweep(&account->stocks[i]);
    if (unspent > 0)
        refund_counter(account, unspent, false);
    return unspent > 0;
}

/* Under the lock: those that are one thread's each. */
static void close_sole_stocks(struct account *account)
{
    bool open = false;
    for (unsigned i = 0; i < STOCKS; i++)
        open |= stock_close(&account->stocks[i]);
    if (open)
        stock_barrier();
    sweep_sole_stocks(account);
}

/* Under the lock. */
static void close_stock(struct account *account, struct account_stock *stock)
{
    uint64_t left = counter_get(&stock->left);
    atomic_fetch_add(&account->moves, 1);
    while (left != CLOSED && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, CLOSED, false)) {
            refund_counter(account, left - 1, false);
            left = CLOSED;
        }
    atomic_fetch_add(&account->moves, 1);
    if (left & TAKEN)
        accounts_settle(budget.accounts, account, stock);
}

/* Under the lock: from here on until one is drawn again, `used` alone is the truth. */
static void close_stocks(struct account *account)
{
    if (!atomic_load(&account->stocks_open))
        return;
    close_sole_stocks(account);
    for (unsigned i = 0; i < STOCKS; i++)
        close_stock(account, &account->stocks[i]);
}

void budget_set_limit(uint64_t limit)
{
    struct lock_hold hold;
    struct account *account = this_account();
    lock_take(&budget.lock, &hold);
    atomic_store(&own.limit, limit);
    if (budget.accounts != NULL)
        accounts_set_limit(budget.accounts, account, account->ticket, limit);
    else
        atomic_store(&account->ceiling, limit);
    close_stocks(account); /* what they hold was drawn under the old limit */
    lock_drop(&budget.lock, &hold);
}

/* There never was a stock, and nobody can be making one. */
static bool without_stocks(void)
{
    return counter_alone() && atomic_load_explicit(&budget.threads, memory_order_relaxed) == 0;
}

/* Under the lock. */
static bool charge_with_more_of_the_tree(struct account *account, uint64_t bytes)
{
    for (int i = 0; i < ATTEMPTS && accounts_grow(budget.accounts, budget.slot, bytes); i++)
        if (charge_counter(account, bytes, false))
            return true;
    return false;
}

/* Under the lock, all stocks closed. A thread that looked before may give something back to its
 * stock just after it was swept, and have it again from the counter: so whatever turns up is
 * counted, and tried again. Each thread can be late but once. */
static bool charge_with_what_comes_late(struct account *account, uint64_t bytes)
{
    bool charged = charge_counter(account, bytes, false);
    for (int i = 0; i < STOCKS && !charged && sweep_sole_stocks(account); i++)
        charged = charge_counter(account, bytes, false);
    return charged;
}

/* Would the process's own limit have let it pass? */
static bool is_within_own_limit(const struct account *account, uint64_t bytes)
{
    uint64_t held = counter_get(&account->used) + counter_get(&account->inherited);
    uint64_t limit = counter_get(&account->limit);
    return held <= limit && bytes <= limit - held;
}

/* Under the lock. A handler forked between a charge and is_still_granted: the child took from its
 * own what it had inherited. */
static void mend_after_fork(struct account *account)
{
    int64_t used = (int64_t)counter_get(&account->used);
    if (used < 0)
        refund_after_fork(account, (uint64_t)-used);
}

static COLD bool charge_last_resort(struct account *account, uint64_t bytes)
{
    struct lock_hold hold;
    if (without_stocks() && !budget.in_tree)
        return false;
    lock_take(&budget.lock, &hold);
    mend_after_fork(account);
    close_stocks(account);
    bool charged = charge_with_what_comes_late(account, bytes) ||
                   (budget.in_tree && charge_with_more_of_the_tree(account, bytes));
    guard.by_tree = budget.in_tree && !charged && is_within_own_limit(account, bytes);
    lock_drop(&budget.lock, &hold);
    return charged;
}

static bool charge_stock(struct account *account, uint64_t bytes)
{
    struct account_stock *shared = own_stock(account);
    if (shared == NULL)
        return false;
    if (UNLIKELY(guard.own_stock == 0))
        choose_stock(account);
    struct account_stock *sole = sole_stock(account);
    return sole != NULL ? charge_sole(account, sole, bytes)
                        : spend(shared, bytes) || draw(account, shared, bytes);
}

static __attribute__((noinline)) bool charge_among_others(struct account *account, uint64_t bytes)
{
    return (!counter_alone() && charge_stock(account, bytes)) ||
           charge_counter(account, bytes, false) || charge_last_resort(account, bytes);
}

bool budget_charge(uint64_t bytes)
{
    struct account *account = this_account();
    if (is_alone())
        return LIKELY(charge_counter(account, bytes, true)) || charge_last_resort(account, bytes);
    return charge_among_others(account, bytes);
}

bool budget_charge_plain(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget.account;
    if (UNLIKELY(account == NULL))
        return false;
    if (UNLIKELY(!is_alone())) { /* that is, on the side: threads can bear a jump better */
        struct account_stock *stock = sole_stock(account);
        if (UNLIKELY(stock == NULL))
            return budget.in_tree && counter_alone() && charge_counter(account, bytes, false);
        enum stock_result result = stock_charge(stock, bytes);
        return LIKELY(result == STOCK_CHARGED) ||
               (result == STOCK_OVERDRAWN && settle_sole(stock, bytes));
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

/* A stock that frees have filled gives its surplus back; the freed bytes are in it already. */
static COLD void drain(struct account *account, struct account_stock *stock)
{
    struct lock_hold hold;
    if (!lock_try(&budget.lock, &hold))
        return;
    uint64_t left = counter_get(&stock->left), chunk = chunk_now(account);
    atomic_fetch_add(&account->moves, 1);
    while (left > chunk + 1 && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, chunk + 1, false)) {
            refund_counter(account, left - chunk - 1, false);
            break;
        }
    atomic_fetch_add(&account->moves, 1);
    lock_drop(&budget.lock, &hold);
}

static bool refund_shared(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (left != CLOSED && !(left & TAKEN))
        if (counter_swap(&stock->left, &left, left + bytes, false)) {
            if (UNLIKELY(left + bytes > 2 * CHUNK))
                drain(account, stock);
            return true;
        }
    return false;
}

/* A stock that frees have filled gives its surplus back, and these bytes with it. */
static COLD bool drain_sole(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    if (!lock_try(&budget.lock, &hold))
        return false;
    int64_t surplus = stock_left(stock) - (int64_t)chunk_now(account);
    if (surplus > 0)
        open_sole_stock(account, stock, -surplus, 0);
    refund_counter(account, bytes + (surplus > 0 ? (uint64_t)surplus : 0), false);
    lock_drop(&budget.lock, &hold);
    return true;
}

/* One that was closed, of a thread that frees: a charge, which would open it, may never come.
 * False: it stays closed, as all do when the budget runs low. */
static COLD bool reopen_sole(struct account *account, struct account_stock *stock)
{
    struct lock_hold hold;
    if (chunk_now(account) == 0 || !lock_try(&budget.lock, &hold))
        return false;
    bool open = stock_lacks(stock, 0) <= 0 && open_sole_stock(account, stock, 0, 0);
    lock_drop(&budget.lock, &hold);
    return open;
}

static ASIDE bool refund_sole(struct account *account, struct account_stock *stock, uint64_t bytes)
{
    if (LIKELY(stock_refund(stock, bytes)))
        return true;
    if (stock_left(stock) > 0)
        return drain_sole(account, stock, bytes);
    return reopen_sole(account, stock) && stock_refund(stock, bytes);
}

/* Of at most CHUNK bytes. */
static bool refund_stock(struct account *account, uint64_t bytes)
{
    struct account_stock *shared = own_stock(account);
    if (shared != NULL && UNLIKELY(guard.own_stock == 0))
        choose_stock(account);
    struct account_stock *sole = sole_stock(account);
    return sole != NULL ? refund_sole(account, sole, bytes)
                        : shared != NULL && refund_shared(account, shared, bytes);
}

static __attribute__((noinline)) void refund_among_others(struct account *account, uint64_t bytes)
{
    if (counter_alone() || bytes > CHUNK || !refund_stock(account, bytes))
        refund_counter(account, bytes, false);
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
        refund_counter(account, bytes, true);
    else
        refund_among_others(account, bytes);
}

bool budget_refund_plain(uint64_t bytes)
{
    struct account *account = *(struct account *volatile *)budget.account;
    if (UNLIKELY(account == NULL))
        return false;
    if (LIKELY(is_alone())) {
        counter_subtract(&account->used, bytes, true);
        return true;
    }
    struct account_stock *stock = sole_stock(account);
    return LIKELY(stock != NULL) && LIKELY(stock_refund(stock, bytes));
}

void budget_refund_inherited(uint64_t bytes)
{
    struct account *account = this_account();
    if (budget.accounts == NULL) { /* alone: budget_disinherit */
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
    atomic_fetch_add(budget.accounts != NULL ? &account->inherited : &account->used, bytes);
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
    bool stocks = !without_stocks();
    if (stocks) {
        lock_take(&budget.lock, &hold);
        close_stocks(account);
    }
    uint64_t inherited = counter_get(&account->inherited);
    struct budget_figures figures = {
        .limit = counter_get(&account->limit),
        .used = counter_get(&account->used) + inherited,
        .peak = counter_get(&account->peak),
    };
    if (stocks)
        lock_drop(&budget.lock, &hold);
    return figures;
}

bool budget_read_tree(struct budget_figures *figures)
{
    if (!budget.in_tree)
        return false;
    *figures = (struct budget_figures){.limit = counter_get(&budget.accounts->tree_limit),
                                       .used = accounts_tree_used(budget.accounts)};
    return true;
}

void budget_open_tree_reserve(void)
{
    if (budget.in_tree && atomic_exchange(&budget.accounts->reserve_open, 1) == 0)
        atomic_fetch_add(&budget.accounts->tree_limit, budget.accounts->reserve);
}

/* What stood in memory that others share is from now on in our own; from zero, but for the limit.
 */
void budget_fork_child(uint64_t held)
{
    if (budget.accounts == NULL) {
        close_stocks(&own);
        held = counter_get(&own.used);
    } else if (held == BUDGET_AS_NOTED) {
        held = budget.noted;
    }
    uint64_t limit = counter_get(&own.limit);
    memset(&own, 0, atomic_load(&own.stocks_open) ? sizeof own : offsetof(struct account, stocks));
    atomic_store(&own.limit, limit);
    atomic_store(&own.ceiling, limit);
    atomic_store(&own.used, held);
    atomic_store(&own.peak, held);
    budget.process = kernel_pid();
    atomic_store(&budget.threads, 0);
    atomic_store(&budget.taken, 0);
    guard.stock = guard.own_stock = 0;
    budget.account = &own_account;
    budget.accounts = NULL;
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
    close_stocks(&own);
    bool in_tree =
        atomic_load(&account->flags) & ACCOUNT_IN_TREE; /* which has granted nothing yet */
    atomic_store(&account->used, counter_get(&own.used));
    atomic_store(&account->peak, counter_get(&own.peak));
    atomic_store(&account->limit, counter_get(&own.limit));
    atomic_store(&account->inherited, counter_get(&own.inherited));
    atomic_store(&account->ceiling, in_tree ? 0 : counter_get(&own.ceiling));
    budget.slot = account;
    budget.joined = look_at(account);
    budget.accounts = accounts;
    note_who_is_alone(in_tree);
    if (budget.watched == NULL)
        budget.watched = (struct account **)kernel_copy_mark();
    if (budget.watched != NULL)
        *budget.watched = budget.joined;
    budget.account = budget.watched != NULL ? budget.watched : &budget.joined;
}

struct account *budget_account(void) { return this_account(); }

void budget_fork_take(void) { lock_fork_take(&budget.lock); }
void budget_fork_drop(void) { lock_fork_drop(&budget.lock); }

void budget_fork_reset(void) { lock_fork_reset(&budget.lock); }

/* Afterwards it may be too late: a parent that ends at once has no slot any more. */
void budget_fork_note(void)
{
    if (budget.accounts == NULL)
        return;
    budget.noted = account_used(budget.slot);
    atomic_store(&own.limit, counter_get(&budget.slot->limit));
}

void budget_recover(void) { lock_fork_reset(&budget.lock); }
