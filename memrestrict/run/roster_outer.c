/* SPDX-License-Identifier: MIT */
#include "run/roster_outer.h"

#include "common/calls.h"
#include "common/proc.h"
#include "run/roster_inside.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The place there of who has a place of ours. */
struct seat {
    unsigned number; /* of the place, plus one; 0: none */
    uint64_t identity;
    uint64_t began; /* of who it is; another process may come to have our place */
    int ticket;     /* of the place there: another's, if it has changed */
};

struct outer {
    struct accounts *accounts;
    bool lends;        /* what is held here is held there, by a loan */
    bool same_numbers; /* it gives processes the numbers that we give them */
    struct seat seats[ACCOUNTS_SLOTS];
};

/* As the library reads it: the path, a comma, and more. */
static struct accounts *map_accounts(const char *setting)
{
    char path[128];
    snprintf(path, sizeof path, "%.*s", (int)strcspn(setting, ","), setting);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    struct accounts *accounts = fd >= 0 ? roster_map(fd) : NULL;
    if (fd >= 0)
        close(fd);
    if (accounts == NULL || accounts_are_ours(accounts))
        return accounts;
    munmap(accounts, sizeof *accounts);
    return NULL;
}

/* The command is no part of what is to be limited, and could not tell how it ends if its own memory
 * were refused. */
static void leave_the_limits(struct accounts *accounts)
{
    struct account *account;
    struct proc_stat self = {0};
    if (!proc_stat("/proc/self/stat", &self))
        return;
    uint64_t identity = accounts_identity(self.pid, self.start_time);
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++) {
        if (atomic_load(&accounts->owners[i]) != identity ||
            atomic_load(&account->state) != ACCOUNT_LIVE)
            continue;
        atomic_fetch_and(&account->flags, ~(uint32_t)ACCOUNT_IN_TREE);
        accounts_give_limit(accounts, account, ACCOUNTS_OUTSIDE, ACCOUNTS_UNLIMITED);
        atomic_store(&account->grant, 0);
    }
}

struct outer *outer_open(const char *setting)
{
    struct accounts *accounts = setting != NULL ? map_accounts(setting) : NULL;
    if (accounts == NULL)
        return NULL;
    leave_the_limits(accounts);
    struct outer *outer = calloc(1, sizeof *outer);
    if (outer == NULL) {
        munmap(accounts, sizeof *accounts);
        return NULL;
    }
    outer->accounts = accounts;
    outer->same_numbers = accounts_can_judge(accounts);
    return outer;
}

void outer_close(struct outer *outer)
{
    if (outer != NULL)
        munmap(outer->accounts, sizeof *outer->accounts);
    free(outer);
}

struct accounts *outer_accounts(struct outer *outer) { return outer->accounts; }

void outer_lends(struct outer *outer) { outer->lends = true; }

uint64_t outer_tree_limit(const struct outer *outer)
{
    return atomic_load(&outer->accounts->tree_limit);
}

static uint32_t call_of(const char *name)
{
    uint32_t call = 0;
    while (name != NULL && call < CALL_COUNT && strcmp(call_name((enum call)call), name) != 0)
        call++;
    return call;
}

static void tell_first(struct account *account, const struct roster_process *process)
{
    const struct refusal *first = &process->first;
    atomic_store(&account->first.call, call_of(first->call));
    atomic_store(&account->first.by_tree, first->by_tree);
    atomic_store(&account->first.size, first->size);
    atomic_store(&account->first.used, first->used);
    atomic_store(&account->first.limit, first->limit);
    atomic_store(&account->first.when, first->when);
    const struct fault_struck *fault = &process->first_fault;
    atomic_store(&account->first_fault.call, call_of(fault->call));
    atomic_store(&account->first_fault.size, fault->size);
    atomic_store(&account->first_fault.number, fault->number);
    atomic_store(&account->first_fault.site, fault->site);
    atomic_store(&account->first_fault.when, fault->when);
}

static void tell_shortage(struct account_shortage *place, const struct shortage *shortage)
{
    atomic_store(&place->call, call_of(shortage->call));
    atomic_store(&place->size, shortage->size);
    atomic_store(&place->count, shortage->count);
}

static void tell_space(struct account_space *place, const struct roster_space *space)
{
    atomic_store(&place->mapped, space->mapped);
    atomic_store(&place->data, space->data);
    atomic_store(&place->mappings, space->mappings);
    atomic_store(&place->largest_gap, space->largest_gap);
    atomic_store(&place->heap_gap, space->heap_gap);
    atomic_store(&place->address_limit, space->address_limit);
    atomic_store(&place->data_limit, space->data_limit);
    memcpy(place->next, space->next, sizeof place->next);
    atomic_store(&place->known, space->known);
}

static void tell_figures(struct account *account, const struct roster_process *process)
{
    atomic_store(&account->limit, process->limit);
    atomic_store(&account->used, process->used);
    atomic_store(&account->peak, process->peak);
    atomic_store(&account->unknown, process->unknown);
    tell_first(account, process);
    tell_shortage(&account->shortages[SHORTAGE_OWN], &process->own_memory);
    tell_space(&account->space, &process->space);
    tell_shortage(&account->shortages[SHORTAGE_KERNEL], &process->kernel);
    atomic_store(&account->refusals, process->refusals);
    atomic_store(&account->faults, process->faults);
    if (process->own_heap)
        memcpy(account->heap_owner, process->heap_owner, sizeof account->heap_owner);
    uint32_t flags =
        (process->own_heap ? ACCOUNT_OWN_HEAP : 0) | (process->own_maps ? ACCOUNT_OWN_MAPS : 0) |
        (process->unreached ? ACCOUNT_UNREACHED : 0) | (process->hosted ? ACCOUNT_HOSTED : 0) |
        (process->explored ? ACCOUNT_EXPLORED : 0);
    atomic_fetch_or(&account->flags, flags);
}

/* The program that the process was before, or the copy of ours that was to become one, is no more.
 */
static void leave_earlier(struct accounts *accounts, uint64_t identity)
{
    struct account *earlier;
    for (unsigned i = 0; (earlier = accounts_next(accounts, &i)) != NULL; i++)
        if (atomic_load(&accounts->owners[i]) == identity) {
            atomic_store(&earlier->grant, 0);
            atomic_store(&earlier->state, ACCOUNT_REPLACED);
        }
}

static struct account *sit_down(struct outer *outer, const struct roster_process *process)
{
    struct accounts *accounts = outer->accounts;
    uint64_t identity = accounts_identity(process->pid, process->start_time);
    if (process->pid == 0)
        return NULL;
    if (!process->forked)
        leave_earlier(accounts, identity);
    struct account *account = accounts_claim(accounts, identity);
    if (account == NULL)
        return NULL;
    bool shown = process->seen && outer->same_numbers;
    atomic_store(&account->flags, ACCOUNT_WITHIN | (outer->lends ? ACCOUNT_BORROWS : 0) |
                                      (process->forked ? ACCOUNT_FORKED : 0) |
                                      (shown ? 0 : ACCOUNT_ELSEWHERE));
    account->pid = process->pid;
    account->parent = process->parent;
    account->start_time = process->start_time;
    account->began = process->began;
    memcpy(account->program, process->program, sizeof account->program);
    outer->seats[process->slot] = (struct seat){
        .number = (unsigned)(account - accounts->slots) + 1,
        .identity = identity,
        .began = process->began,
        .ticket = account->ticket,
    };
    return account;
}

/* Its place; NULL: it has none (any more). */
static struct account *place_of(struct outer *outer, const struct roster_process *process)
{
    const struct seat *seat = &outer->seats[process->slot];
    if (seat->number == 0 || seat->began != process->began)
        return NULL;
    struct account *account = &outer->accounts->slots[seat->number - 1];
    bool is_its_own = atomic_load(&outer->accounts->owners[seat->number - 1]) == seat->identity &&
                      account->ticket == seat->ticket;
    return is_its_own ? account : NULL;
}

/* What was another program's by exec, and had no library, is seen by that: another stack. */
static void tell_end(struct account *account, const struct process *end)
{
    uint32_t status = (uint32_t)end->status & 0xff;
    if (end->end == PROCESS_EXITED)
        atomic_store(&account->ending, ACCOUNT_EXITED | status);
    else if (end->end == PROCESS_KILLED)
        atomic_store(&account->ending, ACCOUNT_KILLED | status);
    else if (end->end == PROCESS_ESCAPED)
        account->stack = 1;
    if (end->end == PROCESS_REPLACED)
        atomic_store(&account->state, ACCOUNT_REPLACED);
    atomic_fetch_or(&account->flags, ACCOUNT_SETTLED);
}

void outer_tell(struct outer *outer, const struct roster_process *process,
                const struct process *end)
{
    struct account *account = place_of(outer, process);
    bool is_new = account == NULL;
    const struct seat *seat = &outer->seats[process->slot];
    if (is_new && seat->number != 0 && seat->began == process->began)
        return; /* it had one, which was taken from it */
    if (is_new && (account = sit_down(outer, process)) == NULL) {
        if (end != NULL)
            atomic_fetch_add(&outer->accounts->refused_room, 1);
        return;
    }
    tell_figures(account, process);
    if (is_new)
        atomic_store(&account->state, ACCOUNT_LIVE);
    if (end != NULL && end->end != PROCESS_RUNNING)
        tell_end(account, end);
    if (end != NULL && end->end != PROCESS_RUNNING)
        outer->seats[process->slot] = (struct seat){.number = 0};
}
