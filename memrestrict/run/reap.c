/* SPDX-License-Identifier: MIT */
#include "run/reap.h"

#include "run/account_read.h"
#include "base/duration.h"
#include "common/proc.h"
#include "run/proc_dead.h"
#include "sites/sites.h"
#include "run/unlimited.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A program that came by exec has a slot of its own as soon as the library is loaded into it;
 * one that has none after this long (nanoseconds) is taken to be without the library. */
static const uint64_t exec_patience = 500 * 1000 * 1000;

/* To fill in a slot takes microseconds. */
static const uint64_t unfinished_patience = UINT64_C(2000) * 1000 * 1000;

struct reap {
    struct accounts *accounts;
    struct sites *sites;
    struct unlimited *unlimited;
    struct outcome *outcome;
    uint64_t lost; /* processes that there was no memory to list */
    /* Of the main process: what it went by when it was still the program that it had been, and when
     * it was dead; empty: unknown. */
    char own_name[PROC_DEAD_NAME], last_name[PROC_DEAD_NAME];
    /* When a slot's process was first seen in another program ... or not to have filled it in; 0:
     * was not. */
    uint64_t moved[ACCOUNTS_SLOTS], unfinished[ACCOUNTS_SLOTS];
    bool out_of_reach[ACCOUNTS_SLOTS]; /* the library will not be in that other program */
};

struct reap *reap_open(struct accounts *accounts, struct sites *sites, struct unlimited *unlimited,
                       struct outcome *outcome)
{
    struct reap *reap = calloc(1, sizeof *reap);
    if (reap == NULL)
        return NULL;
    reap->accounts = accounts;
    reap->sites = sites;
    reap->unlimited = unlimited;
    reap->outcome = outcome;
    return reap;
}

/* It did have the library after all, and was only slow to start. */
static void correct_escape(struct outcome *outcome, const struct account *account)
{
    for (size_t i = 0; i < outcome->process_count; i++) {
        struct process *process = &outcome->processes[i];
        if (process->pid == account->pid && process->end == PROCESS_ESCAPED &&
            !(account->flags & ACCOUNT_FORKED))
            process->end = PROCESS_REPLACED;
    }
}

/* One that died of a signal, and for which its parent has not waited yet, still has that. The main
 * process is waited for by us. */
static void settle_killed(const struct reap *reap, const struct account *account,
                          struct process *process)
{
    struct proc_dead remains;
    if (process->end == PROCESS_VANISHED && process->pid != reap->outcome->pid &&
        proc_dead_read(process->pid, &remains) && remains.start_time == account->start_time &&
        strncmp(remains.name, process->program, PROC_DEAD_NAME - 1) == 0 &&
        WIFSIGNALED(remains.status)) {
        process->end = PROCESS_KILLED;
        process->status = WTERMSIG(remains.status);
    }
}

static void list(struct reap *reap, unsigned slot, const struct account *account,
                 enum process_end end)
{
    correct_escape(reap->outcome, account);
    struct process *process = outcome_add(reap->outcome);
    if (process == NULL) {
        reap->lost++;
        return;
    }
    uint32_t ending = atomic_load(&account->ending);
    account_read(process, account);
    if (process->program == NULL) {
        reap->outcome->process_count--;
        reap->lost++;
        return;
    }
    process->end = end == PROCESS_VANISHED && ending != 0 ? PROCESS_EXITED : end;
    process->status = process->end == PROCESS_EXITED ? (int)(ending & 0xff) : 0;
    process->ended = end == PROCESS_RUNNING ? 0 : duration_now();
    settle_killed(reap, account, process);
    if (reap->sites == NULL)
        return;
    if (!sites_collect(reap->sites, slot, process->pid, process->program, process->used,
                       process->began))
        reap->lost++;
    else if (process->explored)
        sites_shorten(reap->sites);
}

static void collect(struct reap *reap, unsigned slot, struct account *account, enum process_end end)
{
    list(reap, slot, account, end);
    reap->moved[slot] = 0;
    reap->out_of_reach[slot] = false;
    if (reap->sites != NULL)
        sites_release(reap->sites, slot);
    accounts_free(reap->accounts, account);
}

/* In another PID namespace: we see that it ended only if it said so itself, just before. */
static bool has_ended_elsewhere(struct reap *reap, unsigned slot, const struct account *account)
{
    uint64_t *said = &reap->moved[slot];
    if (atomic_load(&account->ending) == 0)
        return false;
    if (*said == 0)
        *said = duration_now();
    return duration_now() - *said > exec_patience;
}

/* One that died while its loader was still at work was killed, and has not escaped. */
static enum process_end end_of(const struct reap *reap, unsigned slot,
                               const struct account *account, enum account_life life)
{
    if (atomic_load(&account->state) == ACCOUNT_REPLACED)
        return PROCESS_REPLACED;
    return life == ACCOUNT_MOVED_ON || reap->out_of_reach[slot] ? PROCESS_ESCAPED
                                                                : PROCESS_VANISHED;
}

/* What has become of a slot's process, unless it is as it was. */
static bool has_ended(struct reap *reap, unsigned slot, const struct account *account,
                      enum process_end *end)
{
    enum account_life life = accounts_life(account);
    uint64_t *moved = &reap->moved[slot];
    *end = end_of(reap, slot, account, life);
    if (life == ACCOUNT_DEAD || *end == PROCESS_REPLACED)
        return true;
    if (atomic_load(&account->flags) & ACCOUNT_ELSEWHERE) {
        *end = PROCESS_VANISHED;
        return has_ended_elsewhere(reap, slot, account);
    }
    if (life == ACCOUNT_RUNS) {
        *moved = 0;
        reap->out_of_reach[slot] = false;
        return false;
    }
    if (*moved == 0)
        *moved = duration_now();
    reap->out_of_reach[slot] = unlimited_cannot_join(reap->unlimited, account->pid) &&
                               accounts_life(account) == ACCOUNT_MOVED_ON; /* seen whole */
    return duration_now() - *moved > exec_patience;
}

static void look_at_tree(struct accounts *accounts)
{
    if (atomic_load(&accounts->tree_limit) == ACCOUNTS_UNLIMITED)
        return;
    uint64_t used = accounts_tree_used(accounts), peak = atomic_load(&accounts->tree_peak);
    if (used > atomic_load(&accounts->tree_limit))
        return; /* looked at one by one, while they went on */
    while (used > peak && !atomic_compare_exchange_weak(&accounts->tree_peak, &peak, used))
        ;
}

/* Is the process that took a slot, and did not fill it in yet, still the same? */
static bool is_owned(uint64_t owner)
{
    struct proc_stat stat;
    return proc_stat_of((int)(owner >> 32), &stat) == 0 &&
           (uint32_t)stat.start_time == (uint32_t)owner;
}

/* Slots that were taken, by a process that died before it could fill them in. */
static void free_unfinished(struct reap *reap)
{
    struct accounts *accounts = reap->accounts;
    unsigned top = atomic_load(&accounts->top);
    for (unsigned i = 0; i < top; i++) {
        uint64_t owner = atomic_load(&accounts->owners[i]), *since = &reap->unfinished[i];
        if (owner == 0 || atomic_load(&accounts->slots[i].state) != ACCOUNT_EMPTY)
            *since = 0;
        else if (*since == 0)
            *since = duration_now();
        else if (duration_now() - *since >= unfinished_patience && !is_owned(owner)) {
            *since = 0;
            accounts_free(accounts, &accounts->slots[i]);
        }
    }
}

/* A process may become another program between two looks: its name is read before. */
static void look_at(struct reap *reap, unsigned slot, struct account *account)
{
    struct proc_dead remains = {.name = ""};
    enum process_end end;
    bool is_main = account->pid == reap->outcome->pid && proc_dead_read(account->pid, &remains);
    if (has_ended(reap, slot, account, &end)) {
        collect(reap, slot, account, end);
        return;
    }
    if (is_main && reap->moved[slot] == 0)
        strcpy(reap->own_name, remains.name);
    unlimited_look(reap->unlimited, account->pid);
}

void reap_look(struct reap *reap)
{
    struct account *account;
    look_at_tree(reap->accounts);
    free_unfinished(reap);
    for (unsigned i = 0; (account = accounts_next(reap->accounts, &i)) != NULL; i++)
        look_at(reap, i, account);
}

static int by_beginning(const void *one, const void *other)
{
    const struct process *a = one, *b = other;
    return a->began != b->began ? (a->began < b->began ? -1 : 1)
                                : (a->pid > b->pid) - (a->pid < b->pid);
}

void reap_see_dead(struct reap *reap)
{
    struct proc_dead remains;
    if (proc_dead_read(reap->outcome->pid, &remains))
        strcpy(reap->last_name, remains.name);
}

/* exec gives a process the name of the new program: a raw exit_group(2), as of Go, does not. But a
 * process may also name itself, by prctl(2). */
static bool has_gone_on(const struct reap *reap, const struct process *process)
{
    const char *last = reap->last_name;
    return *last != '\0' && strncmp(last, process->program, PROC_DEAD_NAME - 1) != 0 &&
           strcmp(last, reap->own_name) != 0 && proc_dead_is_program(last, reap->outcome->argv);
}

/* The last program of the main process: how it ended is known from wait(2). One that exited,
 * though the library did not see it exit, may have become another by then. */
static void settle_main(const struct reap *reap, bool sees_exit)
{
    struct outcome *outcome = reap->outcome;
    for (size_t i = outcome->process_count; i-- > 0;) {
        struct process *process = &outcome->processes[i];
        if (process->pid != outcome->pid)
            continue;
        if (process->end == PROCESS_VANISHED && outcome->exited && sees_exit &&
            has_gone_on(reap, process))
            process->end = PROCESS_ESCAPED;
        if (process->end == PROCESS_EXITED || process->end == PROCESS_VANISHED) {
            process->end = outcome->exited ? PROCESS_EXITED : PROCESS_KILLED;
            process->status = outcome->status;
        }
        return;
    }
}

/* Of one that still has a slot: does it run, as far as can be seen? */
static bool is_seen(const struct account *account)
{
    bool elsewhere = atomic_load(&account->flags) & ACCOUNT_ELSEWHERE;
    return atomic_load(&account->ending) == 0 && !elsewhere;
}

/* The limit at the end: a reserve that was opened is part of it, and it may have been set. */
static void read_tree(const struct accounts *accounts, struct outcome *outcome)
{
    uint64_t limit = atomic_load(&accounts->tree_limit);
    if (limit == ACCOUNTS_UNLIMITED)
        return;
    outcome->tree_limit = limit;
    outcome->tree_peak = atomic_load(&accounts->tree_peak);
}

void reap_close(struct reap *reap, bool sees_exit)
{
    struct accounts *accounts = reap->accounts;
    struct outcome *outcome = reap->outcome;
    struct account *account;
    reap_look(reap);
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        list(reap, i, account, is_seen(account) ? PROCESS_RUNNING : PROCESS_VANISHED);
    if (outcome->process_count > 0)
        qsort(outcome->processes, outcome->process_count, sizeof *outcome->processes, by_beginning);
    settle_main(reap, sees_exit);
    for (size_t i = 0; i < outcome->process_count; i++)
        outcome->processes[i].told = unlimited_told(reap->unlimited, outcome->processes[i].pid);
    read_tree(accounts, outcome);
    outcome->no_room = atomic_load(&accounts->refused_room);
    if (reap->lost > 0)
        outcome_warn(outcome, "no memory: %llu processes are not listed",
                     (unsigned long long)reap->lost);
    free(reap);
}

void reap_kill(struct reap *reap, int signal)
{
    struct account *account;
    for (unsigned i = 0; (account = accounts_next(reap->accounts, &i)) != NULL; i++)
        if (account->pid != reap->outcome->pid && atomic_load(&account->state) == ACCOUNT_LIVE &&
            accounts_life(account) != ACCOUNT_DEAD)
            kill(account->pid, signal);
}
