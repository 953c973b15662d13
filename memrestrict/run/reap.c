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

struct harvest {
    struct accounts *accounts;
    struct sites *sites;
    struct strays *strays;
    struct outcome *outcome;
    uint64_t lost; /* processes that there was no memory to list */
    /* Of the main process: what it went by when it was still the program that it had been, and when
     * it was dead; empty: unknown. */
    char own_name[REMAINS_NAME], last_name[REMAINS_NAME];
    /* When a slot's process was first seen in another program ... or not to have filled it in; 0:
     * was not. */
    uint64_t moved[ACCOUNTS_SLOTS], unfinished[ACCOUNTS_SLOTS];
    bool out_of_reach[ACCOUNTS_SLOTS]; /* the library will not be in that other program */
};

struct harvest *harvest_open(struct accounts *accounts, struct sites *sites, struct strays *strays,
                             struct outcome *outcome)
{
    struct harvest *harvest = calloc(1, sizeof *harvest);
    if (harvest == NULL)
        return NULL;
    harvest->accounts = accounts;
    harvest->sites = sites;
    harvest->strays = strays;
    harvest->outcome = outcome;
    return harvest;
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
static void settle_killed(const struct harvest *harvest, const struct account *account,
                          struct process *process)
{
    struct remains remains;
    if (process->end == PROCESS_VANISHED && process->pid != harvest->outcome->pid &&
        remains_read(process->pid, &remains) && remains.start_time == account->start_time &&
        strncmp(remains.name, process->program, REMAINS_NAME - 1) == 0 &&
        WIFSIGNALED(remains.status)) {
        process->end = PROCESS_KILLED;
        process->status = WTERMSIG(remains.status);
    }
}

static void list(struct harvest *harvest, unsigned slot, const struct account *account,
                 enum process_end end)
{
    correct_escape(harvest->outcome, account);
    struct process *process = outcome_add(harvest->outcome);
    if (process == NULL) {
        harvest->lost++;
        return;
    }
    uint32_t ending = atomic_load(&account->ending);
    account_read(process, account);
    if (process->program == NULL) {
        harvest->outcome->process_count--;
        harvest->lost++;
        return;
    }
    process->end = end == PROCESS_VANISHED && ending != 0 ? PROCESS_EXITED : end;
    process->status = process->end == PROCESS_EXITED ? (int)(ending & 0xff) : 0;
    process->ended = end == PROCESS_RUNNING ? 0 : duration_now();
    settle_killed(harvest, account, process);
    if (harvest->sites == NULL)
        return;
    if (!sites_collect(harvest->sites, slot, process->pid, process->program, process->used,
                       process->began))
        harvest->lost++;
    else if (process->explored)
        sites_shorten(harvest->sites);
}

static void reap(struct harvest *harvest, unsigned slot, struct account *account,
                 enum process_end end)
{
    list(harvest, slot, account, end);
    harvest->moved[slot] = 0;
    harvest->out_of_reach[slot] = false;
    if (harvest->sites != NULL)
        sites_release(harvest->sites, slot);
    accounts_free(harvest->accounts, account);
}

/* In another PID namespace: we see that it ended only if it said so itself, just before. */
static bool has_ended_elsewhere(struct harvest *harvest, unsigned slot,
                                const struct account *account)
{
    uint64_t *said = &harvest->moved[slot];
    if (atomic_load(&account->ending) == 0)
        return false;
    if (*said == 0)
        *said = duration_now();
    return duration_now() - *said > exec_patience;
}

/* One that died while its loader was still at work was killed, and has not escaped. */
static enum process_end end_of(const struct harvest *harvest, unsigned slot,
                               const struct account *account, enum account_life life)
{
    if (atomic_load(&account->state) == ACCOUNT_REPLACED)
        return PROCESS_REPLACED;
    return life == ACCOUNT_MOVED_ON || harvest->out_of_reach[slot] ? PROCESS_ESCAPED
                                                                   : PROCESS_VANISHED;
}

/* What has become of a slot's process, unless it is as it was. */
static bool has_ended(struct harvest *harvest, unsigned slot, const struct account *account,
                      enum process_end *end)
{
    enum account_life life = accounts_life(account);
    uint64_t *moved = &harvest->moved[slot];
    *end = end_of(harvest, slot, account, life);
    if (life == ACCOUNT_DEAD || *end == PROCESS_REPLACED)
        return true;
    if (atomic_load(&account->flags) & ACCOUNT_ELSEWHERE) {
        *end = PROCESS_VANISHED;
        return has_ended_elsewhere(harvest, slot, account);
    }
    if (life == ACCOUNT_RUNS) {
        *moved = 0;
        harvest->out_of_reach[slot] = false;
        return false;
    }
    if (*moved == 0)
        *moved = duration_now();
    harvest->out_of_reach[slot] = strays_cannot_join(harvest->strays, account->pid) &&
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
static void free_unfinished(struct harvest *harvest)
{
    struct accounts *accounts = harvest->accounts;
    unsigned top = atomic_load(&accounts->top);
    for (unsigned i = 0; i < top; i++) {
        uint64_t owner = atomic_load(&accounts->owners[i]), *since = &harvest->unfinished[i];
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
static void look_at(struct harvest *harvest, unsigned slot, struct account *account)
{
    struct remains remains = {.name = ""};
    enum process_end end;
    bool is_main = account->pid == harvest->outcome->pid && remains_read(account->pid, &remains);
    if (has_ended(harvest, slot, account, &end)) {
        reap(harvest, slot, account, end);
        return;
    }
    if (is_main && harvest->moved[slot] == 0)
        strcpy(harvest->own_name, remains.name);
    strays_look(harvest->strays, account->pid);
}

void harvest_look(struct harvest *harvest)
{
    struct account *account;
    look_at_tree(harvest->accounts);
    free_unfinished(harvest);
    for (unsigned i = 0; (account = accounts_next(harvest->accounts, &i)) != NULL; i++)
        look_at(harvest, i, account);
}

static int by_beginning(const void *one, const void *other)
{
    const struct process *a = one, *b = other;
    return a->began != b->began ? (a->began < b->began ? -1 : 1)
                                : (a->pid > b->pid) - (a->pid < b->pid);
}

void harvest_see_dead(struct harvest *harvest)
{
    struct remains remains;
    if (remains_read(harvest->outcome->pid, &remains))
        strcpy(harvest->last_name, remains.name);
}

/* exec gives a process the name of the new program: a raw exit_group(2), as of Go, does not. But a
 * process may also name itself, by prctl(2). */
static bool has_gone_on(const struct harvest *harvest, const struct process *process)
{
    const char *last = harvest->last_name;
    return *last != '\0' && strncmp(last, process->program, REMAINS_NAME - 1) != 0 &&
           strcmp(last, harvest->own_name) != 0 &&
           remains_is_program(last, harvest->outcome->argv);
}

/* The last program of the main process: how it ended is known from wait(2). One that exited,
 * though the library did not see it exit, may have become another by then. */
static void settle_main(const struct harvest *harvest, bool sees_exit)
{
    struct outcome *outcome = harvest->outcome;
    for (size_t i = outcome->process_count; i-- > 0;) {
        struct process *process = &outcome->processes[i];
        if (process->pid != outcome->pid)
            continue;
        if (process->end == PROCESS_VANISHED && outcome->exited && sees_exit &&
            has_gone_on(harvest, process))
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

void harvest_close(struct harvest *harvest, bool sees_exit)
{
    struct accounts *accounts = harvest->accounts;
    struct outcome *outcome = harvest->outcome;
    struct account *account;
    harvest_look(harvest);
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        list(harvest, i, account, is_seen(account) ? PROCESS_RUNNING : PROCESS_VANISHED);
    if (outcome->process_count > 0)
        qsort(outcome->processes, outcome->process_count, sizeof *outcome->processes, by_beginning);
    settle_main(harvest, sees_exit);
    for (size_t i = 0; i < outcome->process_count; i++)
        outcome->processes[i].told = strays_told(harvest->strays, outcome->processes[i].pid);
    read_tree(accounts, outcome);
    outcome->no_room = atomic_load(&accounts->refused_room);
    if (harvest->lost > 0)
        outcome_warn(outcome, "no memory: %llu processes are not listed",
                     (unsigned long long)harvest->lost);
    free(harvest);
}

void harvest_kill(struct harvest *harvest, int signal)
{
    struct account *account;
    for (unsigned i = 0; (account = accounts_next(harvest->accounts, &i)) != NULL; i++)
        if (account->pid != harvest->outcome->pid && atomic_load(&account->state) == ACCOUNT_LIVE &&
            accounts_life(account) != ACCOUNT_DEAD)
            kill(account->pid, signal);
}
