/* SPDX-License-Identifier: MIT */
#include "records/budget.h"

#include "records/budget_inside.h"
#include "records/stocks.h"

#include <string.h>
#include <sys/mman.h>

LARGE_ZEROS struct account budget_own;
static struct account *own_account = &budget_own;
struct budget_inside budget_inside = {.account = &own_account, .alone = ""};

static struct {
    struct account *view;   /* the slot's memory once more, for look_at; or NULL */
    struct account *joined; /* the view, or the slot itself */
    /* A page with the address of `joined`, which is NULL in a copy of the process. */
    struct account **watched;
    uint64_t noted; /* bytes held just before a fork */
} seat;

void (*budget_on_copy)(void);

static void note_who_is_alone(bool in_tree)
{
    budget_inside.in_tree = in_tree;
    budget_inside.alone = counter_alone_at(!in_tree);
}

void budget_start(uint64_t limit)
{
    stock_possible(); /* to register for membarrier takes milliseconds once there are threads */
    budget_inside.process = kernel_pid();
    note_who_is_alone(false);
    atomic_store(&budget_own.given, limit);
    atomic_store(&budget_own.limit, limit);
    atomic_store(&budget_own.ceiling, limit);
}

/* The parent's slot is none of a child's: what would still go there is lost. */
static void look_away(void)
{
    if (seat.view != NULL)
        kernel_mmap(seat.view, sizeof *seat.view, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

void budget_disinherit(void)
{
    look_away();
    atomic_fetch_add(&budget_own.used, atomic_exchange(&budget_own.inherited, 0));
    atomic_store(&budget_own.ceiling, counter_get(&budget_own.limit));
}

static void close_own_stocks(void)
{
    struct lock_hold hold;
    if (!atomic_load(&budget_own.stocks_open))
        return;
    lock_take(&budget_inside.lock, &hold);
    stocks_close_locked(&budget_own);
    lock_drop(&budget_inside.lock, &hold);
}

/* What stood in memory that others share is from now on in our own; from zero, but for the limits.
 */
void budget_fork_child(uint64_t held)
{
    if (budget_inside.accounts == NULL) {
        close_own_stocks();
        held = counter_get(&budget_own.used);
    } else if (held == BUDGET_AS_NOTED) {
        held = seat.noted;
    }
    uint64_t limit = counter_get(&budget_own.limit), given = counter_get(&budget_own.given);
    bool stocks = !stocks_none(&budget_own);
    memset(&budget_own, 0, stocks ? sizeof budget_own : offsetof(struct account, stocks));
    atomic_store(&budget_own.stocks_open,
                 stocks); /* a refund that a handler interrupted may end in one */
    atomic_store(&budget_own.given, given);
    atomic_store(&budget_own.limit, limit);
    atomic_store(&budget_own.ceiling, limit);
    atomic_store(&budget_own.used, held);
    atomic_store(&budget_own.peak, held);
    budget_inside.process = kernel_pid();
    stocks_forget();
    budget_inside.account = &own_account;
    budget_inside.accounts = NULL;
    note_who_is_alone(false);
}

void budget_inherit(void)
{
    uint64_t limit = counter_get(&budget_own.limit), held = atomic_exchange(&budget_own.used, 0);
    atomic_store(&budget_own.inherited, held);
    if (limit != BUDGET_UNLIMITED)
        atomic_store(&budget_own.ceiling, limit > held ? limit - held : 0);
}

/* The slot at an address that a forked child keeps, where its own slot takes the place of its
 * parent's: so whatever a signal handler that forked has interrupted goes on there with its own
 * account. */
static struct account *look_at(struct account *slot)
{
    struct account *view = kernel_map_again(slot, sizeof *slot, seat.view);
    if (view == NULL)
        look_away();
    else
        seat.view = view;
    return view != NULL ? view : slot;
}

void budget_join(struct accounts *accounts, struct account *account)
{
    close_own_stocks();
    bool in_tree =
        atomic_load(&account->flags) & ACCOUNT_IN_TREE; /* which has granted nothing yet */
    atomic_store(&account->used, counter_get(&budget_own.used));
    atomic_store(&account->peak, counter_get(&budget_own.peak));
    atomic_store(&account->given, counter_get(&budget_own.given));
    atomic_store(&account->limit, counter_get(&budget_own.limit));
    atomic_store(&account->inherited, counter_get(&budget_own.inherited));
    atomic_store(&account->ceiling, in_tree ? 0 : counter_get(&budget_own.ceiling));
    atomic_store(&account->stocks_open, atomic_load(&budget_own.stocks_open));
    budget_inside.slot = account;
    seat.joined = look_at(account);
    budget_inside.accounts = accounts;
    note_who_is_alone(in_tree);
    if (seat.watched == NULL)
        seat.watched = (struct account **)kernel_copy_mark();
    if (seat.watched != NULL)
        *seat.watched = seat.joined;
    budget_inside.account = seat.watched != NULL ? seat.watched : &seat.joined;
}

void budget_fork_take(void) { lock_fork_take(&budget_inside.lock); }
void budget_fork_drop(void) { lock_fork_drop(&budget_inside.lock); }

void budget_fork_reset(void) { lock_fork_reset(&budget_inside.lock); }

/* Afterwards it may be too late: a parent that ends at once has no slot any more. */
void budget_fork_note(void)
{
    if (budget_inside.accounts == NULL)
        return;
    seat.noted = account_used(budget_inside.slot);
    atomic_store(&budget_own.given, counter_get(&budget_inside.slot->given));
    atomic_store(&budget_own.limit, counter_get(&budget_inside.slot->limit));
}

void budget_recover(void) { lock_fork_reset(&budget_inside.lock); }
