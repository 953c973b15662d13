/* SPDX-License-Identifier: MIT
 *
 * How much may still be had. Two promises, for any number of threads: what is charged never exceeds
 * the limit, not by one byte; and a charge that fits is never refused.
 *
 * A process with one thread charges one counter. With more, each thread spends from a stock that it
 * draws from the counter some KiB at a time, so that threads do not fight for one cache line. A
 * thread that would be refused first closes every stock and takes back what was in it, so a stock
 * never stands between a request and memory that is free. Bytes move between the counter and a
 * stock only under one lock; spending from a stock, and from the counter, takes none.
 */
#ifndef MEMRESTRICT_BUDGET_H
#define MEMRESTRICT_BUDGET_H

#include "common/accounts.h"

#define BUDGET_UNLIMITED ACCOUNTS_UNLIMITED

struct budget_figures {
    uint64_t limit; /* bytes, or BUDGET_UNLIMITED */
    uint64_t used;  /* bytes charged and not refunded, what was inherited from a parent included */
    uint64_t peak;  /* the most that `used` was; with several threads it may count bytes that were
                       drawn into stocks and not spent, up to 128 KiB a thread */
};

/* Before any charge. */
void budget_start(uint64_t limit);
/* From here on the account is `account`, a slot of `accounts` that is all zeros but for its flags;
 * what is charged so far moves there. With ACCOUNT_IN_TREE the tree's limit holds as well; then
 * nothing may be charged yet but what was inherited. While no other thread charges. */
void budget_join(struct accounts *accounts, struct account *account);
/* Where the figures are: in a slot, or in memory of our own. */
struct account *budget_account(void);
/* Changes the limit; what is charged already stays, also when it is more. False: it is as it was,
 * since the accounts' lock could not be had. */
bool budget_set_limit(uint64_t limit);
/* The same by the program: no more than it was given at start, or by budget_give_limit, or by who
 * set one for a slot from outside, whichever was the last. */
bool budget_choose_limit(uint64_t limit);
/* Instead of the one at start; before budget_join, or where there is no slot. */
void budget_give_limit(uint64_t limit);
/* The same, if less was not given: the limit stays, if it is not more. */
void budget_give_at_most(uint64_t limit);
/* When more than `level` bytes are about to be used, or are already, 1 is added to the eventfd
 * `fd`, once, and the level is no more; a child has none. BUDGET_UNLIMITED: there is no level, and
 * `fd` is not looked at. 0, or an errno value, and all is as it was: EBADF, EINVAL: no eventfd;
 * EAGAIN: the accounts' lock could not be had. */
int budget_set_soft(uint64_t level, int fd);
/* The peak begins again with what is used now. */
void budget_reset_peak(void);

/* Up to this many bytes a charge is a new peak at once; a larger one, which the kernel may still
 * refuse, becomes one by budget_note_peak. */
enum { BUDGET_SURE = 64 * 1024 };

/* Takes `bytes` from what is left, all or nothing. Waits for a lock only where this thread's stock
 * has just been taken back, or before it says no. */
bool budget_charge(uint64_t bytes);
/* Its fast path, which is inlined. False: nothing was done; budget_charge decides. */
bool budget_charge_fast(uint64_t bytes);
/* The same, for the process's only thread, outside a tree. */
bool budget_charge_alone(uint64_t bytes);
/* The kernel has given the `bytes` that this thread charged last. */
void budget_note_peak(uint64_t bytes);
/* Gives back `bytes` that were charged. */
void budget_refund(uint64_t bytes);
/* Its fast path, which is inlined. False: nothing was done; budget_refund does it. */
bool budget_refund_fast(uint64_t bytes);
/* Gives back what the process held already when it was forked, and the tree never paid for. */
void budget_refund_inherited(uint64_t bytes);
/* Takes that back, whatever the limit. */
void budget_charge_inherited(uint64_t bytes);

/* Exact when no other thread charges meanwhile: takes all stocks back. */
struct budget_figures budget_read(void);
/* Of the tree, its peak left out; false: there is no limit for a tree. */
bool budget_read_tree(struct budget_figures *figures);
/* Adds the tree's reserve to its limit, if that was not done yet. */
void budget_open_tree_reserve(void);

/* fork(2): hold the lock, let go of it in the parent, make a fresh one in the child. */
void budget_fork_take(void);
void budget_fork_drop(void);
void budget_fork_reset(void);
/* Before a fork: notes what the child will begin with. */
void budget_fork_note(void);
/* The child has one thread and a peak of its own, and a limit of its own in memory of its own, also
 * if its parent had a slot: `held` bytes are charged, or, BUDGET_AS_NOTED, as many as the parent
 * had. */
#define BUDGET_AS_NOTED UINT64_MAX
void budget_fork_child(uint64_t held);
/* All that is charged becomes inherited: the tree does not pay for it. Before budget_join. */
void budget_inherit(void);
/* The opposite, for who finds no place in the tree's accounts: it is limited alone, for all that it
 * holds. */
void budget_disinherit(void);
/* What to do in a copy of the process whose slot is its parent's, instead of charging there; it
 * ends in budget_fork_child. */
extern void (*budget_on_copy)(void);
/* In a copy of the process that was made without fork handlers: frees the lock if nobody is left
 * to. */
void budget_recover(void);

#endif
