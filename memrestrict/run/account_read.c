/* SPDX-License-Identifier: MIT */
#include "run/account_read.h"

#include "common/calls.h"

#include <stdatomic.h>
#include <string.h>

/* A process wrote these words, and may have written anything. */
static char *copy_name(const char name[ACCOUNTS_NAME]) { return strndup(name, ACCOUNTS_NAME - 1); }

static uint64_t limit_of(uint64_t limit)
{
    return limit == ACCOUNTS_UNLIMITED ? OUTCOME_UNLIMITED : limit;
}

static const char *name_of(uint32_t call)
{
    return call < CALL_COUNT ? call_name((enum call)call) : "?";
}

static struct fault_struck read_fault(const struct account_fault *first)
{
    return (struct fault_struck){
        .call = name_of(atomic_load(&first->call)),
        .size = atomic_load(&first->size),
        .number = atomic_load(&first->number),
        .site = atomic_load(&first->site),
        .when = atomic_load(&first->when),
    };
}

static struct refusal read_refusal(const struct account_refusal *first)
{
    return (struct refusal){
        .call = name_of(atomic_load(&first->call)),
        .size = atomic_load(&first->size),
        .used = atomic_load(&first->used),
        .limit = limit_of(atomic_load(&first->limit)),
        .by_tree = atomic_load(&first->by_tree) != 0,
        .when = atomic_load(&first->when),
    };
}

void account_read(struct process *process, const struct account *account)
{
    uint32_t flags = atomic_load(&account->flags);
    process->pid = account->pid;
    process->parent = account->parent;
    process->program = copy_name(account->program);
    process->began = account->began;
    process->limit = limit_of(atomic_load(&account->limit));
    process->used = account_used(account);
    process->peak = atomic_load(&account->peak);
    process->refusals = atomic_load(&account->refusals);
    process->unknown = atomic_load(&account->unknown);
    process->forked = flags & ACCOUNT_FORKED;
    process->explored = flags & ACCOUNT_EXPLORED;
    process->heap_owner = flags & ACCOUNT_OWN_HEAP ? copy_name(account->heap_owner) : NULL;
    process->maps_owned = flags & ACCOUNT_OWN_MAPS;
    if (process->refusals > 0)
        process->first = read_refusal(&account->first);
    process->faults = atomic_load(&account->faults);
    if (process->faults > 0)
        process->first_fault = read_fault(&account->first_fault);
}
