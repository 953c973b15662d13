/* SPDX-License-Identifier: MIT */
#include "run/roster_loan.h"

#include "base/duration.h"
#include "common/kernel.h"
#include "common/proc.h"
#include "run/roster_inside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_MS = 20,        /* between two looks at what is no longer used */
    ATTEMPTS = 8,        /* to charge, while others take our room back */
    SHARE = 64,          /* of what is left there at most, ... */
    EXTRA = 1 << 20,     /* ... beyond what is asked for, in bytes */
    SURPLUS = 128 << 10, /* that is not worth the while; bytes */
    PLENTY = 4           /* times as much is left there: nobody misses it */
};

struct loan {
    struct accounts *accounts, *outer;
    struct account *place; /* in the outer ones */
    uint64_t held;
    pthread_t thread;
    bool started;
    _Atomic bool ends;
};

static struct account *take_place(struct accounts *outer)
{
    struct proc_stat self;
    if (!accounts_can_judge(outer) || !proc_stat("/proc/self/stat", &self))
        return NULL;
    struct account *place =
        accounts_claim(outer, (uint64_t)(uint32_t)self.pid << 32 | (uint32_t)self.start_time);
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
            loan->held = used;
            return true;
        }
        atomic_fetch_sub(&place->used, bytes);
    }
    return false;
}

/* A process of the tree was refused: what opens a reserve there. */
static void open_reserve(struct accounts *outer)
{
    if (atomic_exchange(&outer->reserve_open, 1) == 0)
        atomic_fetch_add(&outer->tree_limit, outer->reserve);
}

static bool borrow(struct loan *loan, uint64_t bytes)
{
    uint64_t extra = left_of(loan->outer) / SHARE;
    extra = extra < EXTRA ? extra : EXTRA;
    return charge(loan, bytes + extra) || charge(loan, bytes);
}

static void answer(struct loan *loan, int32_t number)
{
    struct accounts *accounts = loan->accounts;
    uint64_t wanted = atomic_load(&accounts->wanted);
    if (wanted > loan->held && wanted <= (uint64_t)INT64_MAX &&
        !borrow(loan, wanted - loan->held) && loan->outer->reserve > 0) {
        open_reserve(loan->outer); /* too late for this one, as in a process of the tree */
    }
    atomic_store(&accounts->lent, loan->held);
    atomic_store(&accounts->answered, number);
    kernel_wake_shared(&accounts->answered);
}

static void give_back(struct loan *loan)
{
    uint64_t used = accounts_tree_used(loan->accounts);
    bool recalled = atomic_load(&loan->place->recalled) != 0;
    uint64_t surplus = loan->held > used ? loan->held - used : 0;
    if (!recalled && (surplus < SURPLUS || left_of(loan->outer) / PLENTY > surplus))
        return;
    uint64_t kept = accounts_shorten_loan(loan->accounts);
    if (kept < loan->held) {
        atomic_fetch_sub(&loan->place->used, loan->held - kept);
        loan->held = kept;
    }
    if (recalled && kept != UINT64_MAX) {
        atomic_store(&loan->place->recalled, 0);
        kernel_wake_shared(&loan->place->recalled);
    }
}

static void *lend(void *context)
{
    struct loan *loan = context;
    struct accounts *accounts = loan->accounts;
    while (!atomic_load(&loan->ends)) {
        int32_t asked = atomic_load(&accounts->asked);
        if (asked != atomic_load(&accounts->answered))
            answer(loan, asked);
        else if (!kernel_wait_shared(&accounts->asked, asked, LOOK_MS))
            give_back(loan);
    }
    return NULL;
}

bool loan_start(struct loan *loan)
{
    loan->started = pthread_create(&loan->thread, NULL, lend, loan) == 0;
    atomic_store(&loan->accounts->borrows, loan->started);
    return loan->started;
}

/* It may wait for a lock of the outer run's: it is not waited for long. */
static bool end_thread(struct loan *loan)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    atomic_store(&loan->ends, true);
    atomic_fetch_add(&loan->accounts->asked, 1);
    kernel_wake_shared(&loan->accounts->asked);
    return pthread_timedjoin_np(loan->thread, NULL, &until) == 0;
}

bool loan_close(struct loan *loan)
{
    if (loan != NULL && loan->started && !end_thread(loan))
        return false;
    if (loan != NULL) {
        atomic_store(&loan->place->grant, 0);
        atomic_store(&loan->place->state, ACCOUNT_REPLACED);
    }
    free(loan);
    return true;
}
