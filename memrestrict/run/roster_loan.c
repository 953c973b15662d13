/* SPDX-License-Identifier: MIT */
#include "run/roster_loan.h"

#include "base/duration.h"
#include "common/kernel.h"
#include "common/proc.h"
#include "run/roster_inside.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PAUSE_MS = 100, /* of who waits for a question: how long until it looks if the run is over */
    ATTEMPTS = 8,   /* to charge, while others take our room back; or for a lock */
    SHARE = 64,     /* of what is left there at most, ... */
    EXTRA = 1 << 20 /* ... beyond what is asked for, in bytes */
};

struct loan {
    struct accounts *accounts, *outer;
    struct account *place; /* in the outer ones */
    pthread_t threads[2];  /* who answers, and who gives back: neither waits for the other */
    unsigned started;
    _Atomic bool ends;
};

static struct account *take_place(struct accounts *outer)
{
    struct proc_stat self;
    if (!accounts_can_judge(outer) || !proc_stat("/proc/self/stat", &self))
        return NULL;
    struct account *place = accounts_claim(outer, accounts_identity(self.pid, self.start_time));
    if (place == NULL)
        return NULL;
    atomic_store(&place->flags, ACCOUNT_IN_TREE | ACCOUNT_LOAN);
    atomic_store(&place->limit, ACCOUNTS_UNLIMITED);
    place->pid = self.pid;
    place->parent = self.parent;
    place->start_time = self.start_time;
    place->began = duration_now();
    atomic_store(&place->state, ACCOUNT_LIVE);
    return place;
}

struct loan *loan_open(struct roster *roster, struct outer *outer)
{
    struct loan *loan = calloc(1, sizeof *loan);
    struct accounts *around = outer_accounts(outer);
    if (loan != NULL && atomic_load(&around->tree_limit) != ACCOUNTS_UNLIMITED)
        loan->place = take_place(around);
    if (loan == NULL || loan->place == NULL) {
        free(loan);
        return NULL;
    }
    roster->borrows = true;
    loan->accounts = roster->accounts;
    loan->outer = around;
    return loan;
}

static uint64_t left_of(struct accounts *accounts)
{
    uint64_t room = accounts_tree_room(accounts), used = accounts_tree_used(accounts);
    return room > used ? room - used : 0;
}

/* As any process of the tree does, but with nothing in stock. */
static bool charge(struct loan *loan, uint64_t bytes)
{
    struct account *place = loan->place;
    for (int i = 0; i < ATTEMPTS && accounts_grow(loan->outer, place, bytes); i++) {
        uint64_t used = atomic_fetch_add(&place->used, bytes) + bytes;
        if (used <= atomic_load(&place->ceiling)) {
            atomic_fetch_add(&loan->accounts->lent, bytes);
            return true;
        }
        atomic_fetch_sub(&place->used, bytes);
    }
    return false;
}

static bool borrow(struct loan *loan, uint64_t bytes)
{
    uint64_t extra = left_of(loan->outer) / SHARE;
    extra = extra < EXTRA ? extra : EXTRA;
    return (extra > 0 && charge(loan, bytes + extra)) || charge(loan, bytes);
}

static void answer(struct loan *loan, int32_t number)
{
    struct accounts *accounts = loan->accounts;
    uint64_t wanted = atomic_load(&accounts->wanted), lent = atomic_load(&accounts->lent);
    bool refused = wanted > lent && wanted <= (uint64_t)INT64_MAX && !borrow(loan, wanted - lent);
    if (refused && loan->outer->reserve > 0)
        accounts_open_reserve(loan->outer); /* too late for this one, as in a process of the tree */
    atomic_store(&accounts->answered, number);
    kernel_wake_shared(&accounts->answered);
}

static void *answer_all(void *context)
{
    struct loan *loan = context;
    struct accounts *accounts = loan->accounts;
    while (!atomic_load(&loan->ends)) {
        int32_t asked = atomic_load(&accounts->asked);
        if (asked != atomic_load(&accounts->answered))
            answer(loan, asked);
        else
            kernel_wait_shared(&accounts->asked, asked, PAUSE_MS);
    }
    return NULL;
}

/* Who asks just now has the lock, and has found that nothing is unused. */
static void give_back(struct loan *loan)
{
    struct accounts *accounts = loan->accounts;
    uint64_t less = 0;
    for (int i = 0;
         i < ATTEMPTS && atomic_load(&accounts->asked) == atomic_load(&accounts->answered); i++)
        if (accounts_shorten_loan(accounts, &less))
            break;
    atomic_fetch_sub(&loan->place->used, less);
    atomic_store(&loan->place->recalled, 0);
    kernel_wake_shared(&loan->place->recalled);
}

static void *give_all_back(void *context)
{
    struct loan *loan = context;
    while (!atomic_load(&loan->ends)) {
        if (atomic_load(&loan->place->recalled) != 0)
            give_back(loan);
        else
            kernel_wait_shared(&loan->place->recalled, 0, PAUSE_MS);
    }
    return NULL;
}

bool loan_start(struct loan *loan)
{
    static void *(*const works[])(void *) = {answer_all, give_all_back};
    for (; loan->started < 2; loan->started++) {
        errno = pthread_create(&loan->threads[loan->started], NULL, works[loan->started], loan);
        if (errno != 0)
            return false;
    }
    atomic_store(&loan->accounts->borrows, 1);
    return true;
}

/* They may wait for a lock of the outer run's: they are not waited for long. */
static bool end_threads(struct loan *loan)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    atomic_store(&loan->ends, true);
    atomic_fetch_add(&loan->accounts->asked, 1);
    kernel_wake_shared(&loan->accounts->asked);
    kernel_wake_shared(&loan->place->recalled);
    bool ended = true;
    for (unsigned i = 0; i < loan->started; i++)
        ended &= pthread_timedjoin_np(loan->threads[i], NULL, &until) == 0;
    return ended;
}

/* Who goes on asks in vain: his limit is what he has, so that he does not even ask. */
static void settle(struct loan *loan)
{
    atomic_store(&loan->accounts->tree_limit, accounts_tree_room(loan->accounts));
    atomic_store(&loan->accounts->borrows, 0);
    atomic_store(&loan->place->grant, 0);
    atomic_store(&loan->place->state, ACCOUNT_REPLACED);
}

bool loan_close(struct loan *loan)
{
    if (loan != NULL && !end_threads(loan))
        return false;
    if (loan != NULL)
        settle(loan);
    free(loan);
    return true;
}
