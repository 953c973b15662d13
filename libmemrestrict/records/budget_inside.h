/* SPDX-License-Identifier: MIT
 *
 * What budget.c (charges), budget_account.c (where the figures stand) and stocks.c share, and
 * nobody else needs.
 */
#ifndef MEMRESTRICT_BUDGET_INSIDE_H
#define MEMRESTRICT_BUDGET_INSIDE_H

#include "common/accounts.h"
#include "common/kernel.h"
#include "ground/lock.h"

#include <stdatomic.h>

struct budget_inside {
    struct account **account;  /* where its address stands */
    const char *alone;         /* is it true, this thread alone changes the account */
    struct accounts *accounts; /* NULL: the account is our own */
    struct account *slot;      /* ours in the table, if there is one */
    bool in_tree;
    int process; /* ours; a copy that no handler told us of has another ID */
    /* Bytes move between `used` and stocks. Apart from what every charge reads. */
    _Alignas(ACCOUNTS_LINE) struct lock lock;
};
/* The account where there is no slot; and the limit, always. */
extern struct account budget_own;
extern struct budget_inside budget_inside;

/* `used`, past all stocks. `alone`: no other thread changes it. A charge is all or nothing. */
bool budget_charge_counter(struct account *account, uint64_t bytes, bool alone);
/* The same for a stock, among threads: a peak at once, however much it is. */
bool budget_draw(struct account *account, uint64_t bytes);
void budget_refund_counter(struct account *account, uint64_t bytes, bool alone);
/* What lay in a stock. */
void budget_return_locked(struct account *account, uint64_t bytes);

/* The soft level, budget_soft.c. A charge that would pass it fails as one that would pass the limit
 * does, and is made again without the level. */

/* Is there one? */
static inline bool budget_soft_is_set(const struct account *account)
{
    return atomic_load_explicit(&account->soft, memory_order_relaxed) != 0;
}
/* The ceiling of an account of our own. */
static inline uint64_t budget_own_ceiling(const struct account *account)
{
    uint64_t limit = atomic_load(&account->limit), soft = atomic_load(&account->soft) - 1;
    return limit < soft ? limit : soft;
}
/* Who is to be told that it was crossed, once the lock is dropped. */
struct budget_listener {
    int fd; /* an eventfd; -1: nobody */
    struct kernel_identity identity;
};
/* Charges `bytes` by `charge`, which has just failed, without the level; nothing where there is
 * none. If that was crossed it is no more, and *listener is who waits for it. */
bool budget_soft_charge_locked(struct account *account, uint64_t bytes,
                               bool (*charge)(struct account *account, uint64_t bytes),
                               struct budget_listener *listener);
void budget_soft_tell(const struct budget_listener *listener);

#endif
