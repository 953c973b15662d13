/* SPDX-License-Identifier: MIT */
#include "common/accounts.h"

#include "common/kernel.h"
#include "common/proc.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

enum {
    SPINS = 100,
    WAIT_MS = 10,    /* waits for the lock, each so many milliseconds, */
    PATIENCE = 4000, /* are this many; for one who stands still each counts for STILL: */
    STILL = 20,      /* a busy machine may keep one who does not from it for long */
    SOON_WAITS = 3,  /* of a millisecond each, for who must not wait */
    SLOT_BITS = 13   /* of a ticket: 1 + the slot; above it, a number that is soon another's */
};
_Static_assert(ACCOUNTS_LENDER < 1 << SLOT_BITS, "a slot's number fits into a ticket");

bool accounts_are_ours(const struct accounts *accounts)
{
    return accounts->magic == ACCOUNTS_MAGIC && accounts->version == ACCOUNTS_VERSION &&
           accounts->size == sizeof *accounts;
}

/* Of a ticket: ACCOUNTS_SLOTS or more if it is none. */
static unsigned slot_in(int ticket) { return ((unsigned)ticket & ((1u << SLOT_BITS) - 1)) - 1; }

unsigned accounts_number(const struct account *account)
{
    unsigned slot = slot_in(account->ticket);
    return slot < ACCOUNTS_SLOTS ? slot : 0;
}

static void raise_top(struct accounts *accounts, uint32_t top)
{
    uint32_t old = atomic_load(&accounts->top);
    while (old < top && !atomic_compare_exchange_weak(&accounts->top, &old, top))
        ;
}

static struct account *begin(struct accounts *accounts, unsigned slot)
{
    struct account *account = accounts_slot(accounts, slot);
    if (account == NULL) {
        atomic_store(&accounts->owners[slot], 0);
        return NULL;
    }
    raise_top(accounts, slot + 1);
    uint64_t number = atomic_fetch_add(&accounts->joined, 1);
    memset(account, 0, sizeof *account); /* one who was thought dead may have written there */
    account->ticket = (int32_t)((number << SLOT_BITS & INT32_MAX) | (slot + 1));
    return account;
}

struct account *accounts_claim(struct accounts *accounts, uint64_t identity)
{
    for (unsigned i = 0; i < ACCOUNTS_SLOTS; i++) {
        uint64_t nobody = 0;
        if (atomic_load_explicit(&accounts->owners[i], memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong(&accounts->owners[i], &nobody, identity))
            return begin(accounts, i);
    }
    return NULL;
}

static bool is_taken(const struct accounts *accounts, unsigned slot)
{
    return atomic_load(&accounts->owners[slot]) != 0;
}

_Static_assert(ACCOUNT_NUMBERS == (INT32_MAX >> SLOT_BITS) + 1, "what a ticket has room for");
uint32_t account_number(const struct account *account)
{
    return (uint32_t)account->ticket >> SLOT_BITS;
}

struct account *accounts_next(struct accounts *accounts, unsigned *index)
{
    unsigned top = atomic_load(&accounts->top);
    for (; *index < top && *index < ACCOUNTS_SLOTS; ++*index) {
        struct account *account =
            is_taken(accounts, *index) ? accounts_slot(accounts, *index) : NULL;
        if (account != NULL && atomic_load(&account->state) != ACCOUNT_EMPTY)
            return account;
    }
    return NULL;
}

bool accounts_see_all(struct accounts *accounts)
{
    unsigned top = atomic_load(&accounts->top);
    for (unsigned i = 0; i < top && i < ACCOUNTS_SLOTS; i++)
        if (is_taken(accounts, i) && accounts_slot(accounts, i) == NULL)
            return false;
    return true;
}

bool accounts_can_judge(const struct accounts *accounts)
{
    return accounts->pid_namespace != 0 && proc_pid_namespace() == accounts->pid_namespace;
}

/* In `ends`: what names the process, as far as there is room, and its status. */
enum { END_STATUS = 0xffff, END_KNOWN = 1 << 16, END_BITS = 17 };

static uint64_t end_of(uint64_t identity, unsigned status)
{
    enum { START_BITS = 25, PID_BITS = 22 };
    uint64_t start = identity & ((1u << START_BITS) - 1);
    uint64_t pid = identity >> 32 & ((1u << PID_BITS) - 1);
    return (start << PID_BITS | pid) << END_BITS | END_KNOWN | (status & END_STATUS);
}

/* What was said first stays. */
void accounts_note_end(struct accounts *accounts, int pid, int status)
{
    unsigned top = atomic_load(&accounts->top);
    for (unsigned i = 0; i < top && i < ACCOUNTS_SLOTS; i++) {
        uint64_t owner = atomic_load_explicit(&accounts->owners[i], memory_order_relaxed);
        int known;
        if (owner >> 32 == (uint32_t)pid && !accounts_end_of(accounts, i, owner, &known))
            atomic_store(&accounts->ends[i], end_of(owner, (unsigned)status));
    }
}

bool accounts_end_of(const struct accounts *accounts, unsigned slot, uint64_t identity, int *status)
{
    uint64_t end = atomic_load(&accounts->ends[slot]);
    *status = (int)(end & END_STATUS);
    return end == end_of(identity, (unsigned)*status);
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
    uint64_t left = atomic_load_explicit(&stock->left, memory_order_relaxed) & ~ACCOUNT_STOCK_TAKEN;
    uint64_t spent = (uint64_t)atomic_load(&stock->spent); /* any number, for who lies */
    int64_t own = (int64_t)((uint64_t)atomic_load(&stock->drawn) - spent);
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

bool accounts_command_is_gone(const struct accounts *accounts)
{
    struct proc_stat stat;
    return accounts_can_judge(accounts) &&
           !is_there(accounts->command, accounts->command_start, &stat);
}

/* The slot of whoever holds the lock; NULL: the word stands for none, or it cannot be seen. */
static const struct account *holder_of(struct accounts *accounts, int owner)
{
    return slot_in(owner) < ACCOUNTS_SLOTS ? accounts_slot(accounts, slot_in(owner)) : NULL;
}

/* Whoever holds the lock: has it died? A slot that is nobody's was freed by the command, which
 * takes the death of its process for certain. A word that no holder writes is nobody's. */
static bool owner_is_dead(struct accounts *accounts, int owner, int who)
{
    if (owner == ACCOUNTS_COMMAND && who == ACCOUNTS_COMMAND)
        return true; /* we do not hold it */
    if (owner == ACCOUNTS_OUTSIDE || !accounts_can_judge(accounts))
        return false;
    if (owner == ACCOUNTS_COMMAND || owner == ACCOUNTS_LENDER)
        return accounts_command_is_gone(accounts);
    if (slot_in(owner) >= ACCOUNTS_SLOTS || !is_taken(accounts, slot_in(owner)))
        return true;
    const struct account *account = holder_of(accounts, owner);
    return account != NULL && (account->ticket != owner || accounts_life(account) != ACCOUNT_RUNS);
}

/* Is it stopped, for all that can be seen? */
static bool owner_stands_still(struct accounts *accounts, int owner)
{
    struct proc_stat stat;
    const struct account *account = holder_of(accounts, owner);
    int pid = owner == ACCOUNTS_COMMAND ? accounts->command : account != NULL ? account->pid : 0;
    return !accounts_can_judge(accounts) || proc_stat_of(pid, &stat) != 0 || stat.state == 'T' ||
           stat.state == 't';
}

static bool try_lock(struct accounts *accounts, int32_t expected, int who)
{
    return atomic_compare_exchange_strong(&accounts->lock, &expected, who);
}

static bool lock_by_spinning(struct accounts *accounts, int who)
{
    for (int i = 0; i < SPINS; i++)
        if (atomic_load_explicit(&accounts->lock, memory_order_relaxed) == 0 &&
            try_lock(accounts, 0, who))
            return true;
    return false;
}

bool accounts_lock(struct accounts *accounts, int who)
{
    if (lock_by_spinning(accounts, who))
        return true;
    atomic_fetch_add(&accounts->waiting, 1); /* of one who dies here it stays: a wake-up too many */
    bool locked = false;
    for (int late = 0;
         late < PATIENCE && !locked;) { /* a wait that others' turns ended does not count */
        int owner = atomic_load(&accounts->lock);
        if (owner == 0) {
            locked = try_lock(accounts, 0, who);
        } else if (!kernel_wait_shared(&accounts->lock, owner, WAIT_MS)) {
            locked = owner_is_dead(accounts, owner, who) && try_lock(accounts, owner, who);
            late += owner_stands_still(accounts, owner) ? STILL : 1;
        }
    }
    atomic_fetch_sub(&accounts->waiting, 1);
    return locked;
}

/* Here every wait counts: who changes the word all the time keeps nobody. */
bool accounts_lock_soon(struct accounts *accounts, int who)
{
    bool locked = lock_by_spinning(accounts, who);
    for (int i = 0; i < SOON_WAITS && !locked; i++) {
        int owner = atomic_load(&accounts->lock);
        if (owner == 0 || owner_is_dead(accounts, owner, who))
            locked = try_lock(accounts, owner, who);
        else
            kernel_wait_shared(&accounts->lock, owner, 1);
    }
    return locked;
}

void accounts_unlock(struct accounts *accounts)
{
    atomic_store(&accounts->lock, 0);
    if (atomic_load(&accounts->waiting) > 0)
        kernel_wake_shared(&accounts->lock);
}

/* Who holds the lock may be looking at the slot, but passes over what is EMPTY. */
bool accounts_free(struct accounts *accounts, const unsigned *slots, unsigned count)
{
    if (count > 0 && !accounts_lock_soon(accounts, ACCOUNTS_COMMAND))
        return false;
    for (unsigned i = 0; i < count; i++)
        atomic_store(&accounts->slots[slots[i]].state, ACCOUNT_EMPTY);
    if (count > 0)
        accounts_unlock(accounts);
    for (unsigned i = 0; i < count; i++) {
        memset(&accounts->slots[slots[i]], 0, sizeof accounts->slots[slots[i]]);
        atomic_store(&accounts->ends[slots[i]], 0);
        atomic_store(&accounts->owners[slots[i]], 0);
    }
    return true;
}
