/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include "counter.h"
#include "lock.h"

enum {
    STOCKS = 64,            /* threads beyond that share stocks */
    CHUNK = 64 * 1024,      /* bytes drawn at a time, with budget to spare */
    SMALLEST_CHUNK = 4096,  /* less than that is not worth a stock */
    SHARE = 8,              /* all stocks together hold at most 2/SHARE of what is left */
    LINE = 64               /* bytes of a cache line */
};

enum { CLOSED = 0 };

struct stock {
    _Alignas(LINE) counter left; /* bytes drawn and not spent, plus one; or CLOSED */
};

static struct {
    _Alignas(LINE) counter used; /* charged, and drawn into stocks */
    counter peak;
    _Alignas(LINE) counter limit;
    _Atomic unsigned threads; /* that have a stock's number */
    _Alignas(LINE) struct lock lock; /* bytes move between `used` and stocks */
    struct stock stocks[STOCKS];
} budget = {.limit = BUDGET_UNLIMITED};

void budget_start(uint64_t limit) { atomic_store(&budget.limit, limit); }

static void raise_peak(uint64_t used, bool alone)
{
    uint64_t peak = counter_get(&budget.peak);
    while (used > peak && !counter_swap(&budget.peak, &peak, used, alone))
        ;
}

static bool charge_counter(uint64_t bytes, bool alone)
{
    uint64_t limit = counter_get(&budget.limit), used = counter_get(&budget.used);
    do {
        if (used > limit || bytes > limit - used)
            return false;
    } while (!counter_swap(&budget.used, &used, used + bytes, alone));
    raise_peak(used + bytes, alone);
    return true;
}

static void refund_counter(uint64_t bytes, bool alone)
{
    counter_subtract(&budget.used, bytes, alone);
}

/* This thread's stock; NULL while there was but one thread, whose counter nobody fights for. */
static struct stock *own_stock(void)
{
    if (UNLIKELY(guard.stock == 0))
        guard.stock = 1 + atomic_fetch_add_explicit(&budget.threads, 1, memory_order_relaxed);
    if (atomic_load_explicit(&budget.threads, memory_order_relaxed) == 1)
        return NULL;
    return &budget.stocks[guard.stock % STOCKS];
}

static bool spend(struct stock *stock, uint64_t bytes)
{
    uint64_t left = counter_get(&stock->left);
    while (left > bytes)
        if (counter_swap(&stock->left, &left, left - bytes, false))
            return true;
    return false;
}

/* How much a stock may hold now; 0 when the budget runs low: then everybody uses the counter. */
static uint64_t chunk_now(void)
{
    uint64_t limit = counter_get(&budget.limit), used = counter_get(&budget.used);
    unsigned threads = atomic_load_explicit(&budget.threads, memory_order_relaxed);
    uint64_t share = used < limit ? (limit - used) / SHARE / (threads < STOCKS ? threads : STOCKS) : 0;
    return share < SMALLEST_CHUNK ? 0 : share < CHUNK ? share : CHUNK;
}

/* Charges `bytes` and draws a chunk besides, under the lock. False: neither. */
static COLD bool draw(struct stock *stock, uint64_t bytes)
{
    struct lock_hold hold;
    uint64_t chunk = chunk_now();
    if (bytes > chunk || !lock_try(&budget.lock, &hold))
        return false;
    bool drawn = charge_counter(bytes + chunk, false);
    if (drawn) {
        uint64_t left = counter_get(&stock->left);
        while (!counter_swap(&stock->left, &left, left == CLOSED ? chunk + 1 : left + chunk, false))
            ;
    }
    lock_drop(&budget.lock, &hold);
    return drawn;
}

/* Under the lock: from here on until one is drawn again, `used` alone is the truth. */
static void close_stocks(void)
{
    for (unsigned i = 0; i < STOCKS; i++) {
        if (counter_get(&budget.stocks[i].left) == CLOSED)
            continue;
        uint64_t left = atomic_exchange_explicit(&budget.stocks[i].left, CLOSED, memory_order_relaxed);
        if (left != CLOSED)
            refund_counter(left - 1, false);
    }
}

void budget_set_limit(uint64_t limit)
{
    struct lock_hold hold;
    lock_take(&budget.lock, &hold);
    atomic_store(&budget.limit, limit);
    close_stocks(); /* what they hold was drawn under the old limit */
    lock_drop(&budget.lock, &hold);
}

/* There never was a stock, and nobody can be making one. */
static bool without_stocks(void)
{
    return counter_alone() && atomic_load_explicit(&budget.threads, memory_order_relaxed) == 0;
}

static COLD bool charge_last_resort(uint64_t bytes)
{
    struct lock_hold hold;
    if (without_stocks())
        return false;
    lock_take(&budget.lock, &hold);
    close_stocks();
    bool charged = charge_counter(bytes, false);
    lock_drop(&budget.lock, &hold);
    return charged;
}

bool budget_charge(uint64_t bytes)
{
    if (counter_alone())
        return LIKELY(charge_counter(bytes, true)) || charge_last_resort(bytes);
    struct stock *stock = own_stock();
    if (stock != NULL && (spend(stock, bytes) || draw(stock, bytes)))
        return true;
    return charge_counter(bytes, false) || charge_last_resort(bytes);
}

/* A stock that frees have filled gives its surplus back; the freed bytes are in it already. */
static COLD void drain(struct stock *stock)
{
    struct lock_hold hold;
    if (!lock_try(&budget.lock, &hold))
        return;
    uint64_t left = counter_get(&stock->left), chunk = chunk_now();
    while (left > chunk + 1)
        if (counter_swap(&stock->left, &left, chunk + 1, false)) {
            refund_counter(left - chunk - 1, false);
            break;
        }
    lock_drop(&budget.lock, &hold);
}

void budget_refund(uint64_t bytes)
{
    if (counter_alone()) {
        refund_counter(bytes, true);
        return;
    }
    struct stock *stock = own_stock();
    uint64_t left = stock != NULL && bytes <= CHUNK ? counter_get(&stock->left) : CLOSED;
    while (left != CLOSED)
        if (counter_swap(&stock->left, &left, left + bytes, false)) {
            if (UNLIKELY(left + bytes > 2 * CHUNK))
                drain(stock);
            return;
        }
    refund_counter(bytes, false);
}

struct budget_figures budget_read(void)
{
    struct lock_hold hold;
    bool stocks = !without_stocks();
    if (stocks) {
        lock_take(&budget.lock, &hold);
        close_stocks();
    }
    struct budget_figures figures = {
        .limit = counter_get(&budget.limit),
        .used = counter_get(&budget.used),
        .peak = counter_get(&budget.peak),
    };
    if (stocks)
        lock_drop(&budget.lock, &hold);
    return figures;
}

void budget_fork_take(void) { lock_fork_take(&budget.lock); }
void budget_fork_drop(void) { lock_fork_drop(&budget.lock); }

void budget_fork_reset(void) { lock_fork_reset(&budget.lock); }

void budget_fork_child(void)
{
    close_stocks();
    atomic_store(&budget.peak, counter_get(&budget.used));
    atomic_store(&budget.threads, 0);
    guard.stock = 0;
}

void budget_recover(void) { lock_fork_reset(&budget.lock); }
