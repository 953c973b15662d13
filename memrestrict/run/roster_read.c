/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "common/calls.h"
#include "run/descendants.h"

#include <stdatomic.h>
#include <string.h>

#define LOAD(at) atomic_load_explicit(&(at), memory_order_relaxed)
#define PLAIN(at) (*(const volatile __typeof__(at) *)&(at)) /* read once, whoever writes it */

/* No process holds so much, and sums of thousands of these still fit. */
#define MOST_BYTES ((uint64_t)INT64_MAX)
#define MOST_COUNT (UINT64_C(1) << 48)

static uint64_t at_most(uint64_t number, uint64_t most) { return number < most ? number : most; }

static uint64_t limit_of(uint64_t limit)
{
    return limit == ACCOUNTS_UNLIMITED ? limit : at_most(limit, MOST_BYTES);
}

static const char *name_of(uint32_t call)
{
    return call < CALL_COUNT ? call_name((enum call)call) : "?";
}

static void copy_name(char to[ACCOUNTS_NAME], const char from[ACCOUNTS_NAME])
{
    memcpy(to, from, ACCOUNTS_NAME);
    to[ACCOUNTS_NAME - 1] = '\0';
}

static struct fault_struck read_fault(const struct account_fault *first, uint64_t now)
{
    return (struct fault_struck){
        .call = name_of(LOAD(first->call)),
        .size = at_most(LOAD(first->size), MOST_BYTES),
        .number = at_most(LOAD(first->number), MOST_COUNT),
        .site = LOAD(first->site),
        .when = at_most(LOAD(first->when), now),
    };
}

static struct shortage read_shortage(const struct account_shortage *shortage)
{
    return (struct shortage){
        .count = at_most(LOAD(shortage->count), MOST_COUNT),
        .call = name_of(LOAD(shortage->call)),
        .size = at_most(LOAD(shortage->size), MOST_BYTES),
    };
}

/* Another of its threads may be looking just now, though a call is counted already. */
static struct roster_space read_space(const struct account_space *space)
{
    struct roster_space copy = {.known = false};
    if (atomic_load(&space->known) == 0)
        return copy;
    copy = (struct roster_space){
        .known = true,
        .mapped = at_most(LOAD(space->mapped), MOST_BYTES),
        .data = at_most(LOAD(space->data), MOST_BYTES),
        .mappings = at_most(LOAD(space->mappings), MOST_COUNT),
        .largest_gap = at_most(LOAD(space->largest_gap), MOST_BYTES),
        .heap_gap = at_most(LOAD(space->heap_gap), MOST_BYTES),
        .address_limit = limit_of(LOAD(space->address_limit)),
        .data_limit = limit_of(LOAD(space->data_limit)),
    };
    copy_name(copy.next, space->next);
    return copy;
}

static struct refusal read_refusal(const struct account_refusal *first, uint64_t now)
{
    return (struct refusal){
        .call = name_of(LOAD(first->call)),
        .size = at_most(LOAD(first->size), MOST_BYTES),
        .used = at_most(LOAD(first->used), MOST_BYTES),
        .limit = limit_of(LOAD(first->limit)),
        .by_tree = LOAD(first->by_tree) != 0,
        .when = at_most(LOAD(first->when), now),
    };
}

static void read_figures(struct roster_process *process, const struct account *account)
{
    uint64_t now = duration_now();
    process->limit = limit_of(LOAD(account->limit));
    process->used = at_most(account_used(account), MOST_BYTES);
    process->peak = at_most(LOAD(account->peak), MOST_BYTES);
    process->refusals = at_most(LOAD(account->refusals), MOST_COUNT);
    process->unknown = at_most(LOAD(account->unknown), MOST_COUNT);
    process->faults = at_most(LOAD(account->faults), MOST_COUNT);
    process->own_memory = read_shortage(&account->shortages[SHORTAGE_OWN]);
    process->kernel = read_shortage(&account->shortages[SHORTAGE_KERNEL]);
    if (process->kernel.count > 0)
        process->space = read_space(&account->space);
    process->began = at_most(PLAIN(account->began), now);
    if (process->refusals > 0)
        process->first = read_refusal(&account->first, now);
    if (process->faults > 0)
        process->first_fault = read_fault(&account->first_fault, now);
}

static void read_words(struct roster_process *process, const struct account *account)
{
    uint32_t flags = LOAD(account->flags), ending = LOAD(account->ending);
    copy_name(process->program, account->program);
    process->forked = flags & ACCOUNT_FORKED;
    process->explored = flags & ACCOUNT_EXPLORED;
    process->can_arm = flags & ACCOUNT_CAN_ARM;
    process->own_heap = flags & ACCOUNT_OWN_HEAP;
    process->own_maps = flags & ACCOUNT_OWN_MAPS;
    process->hosted = flags & ACCOUNT_HOSTED;
    process->unreached = flags & ACCOUNT_UNREACHED;
    if (process->own_heap)
        copy_name(process->heap_owner, account->heap_owner);
    process->within = flags & ACCOUNT_WITHIN;
    process->beside = process->within && !(flags & ACCOUNT_BORROWS);
    process->settled = flags & ACCOUNT_SETTLED;
    process->killed = process->within && (ending & ACCOUNT_KILLED);
    process->exited = ending != 0 && !process->killed;
    process->status = (int)(ending & 0xff);
    process->in_exec = flags & ACCOUNT_IN_EXEC;
    process->tells_exit = (flags & ACCOUNT_TELLS_EXIT) &&
                          !(flags & (ACCOUNT_LEAVES | ACCOUNT_ELSEWHERE | ACCOUNT_WITHIN |
                                     ACCOUNT_EXPLORED | ACCOUNT_HOSTED));
}

/* Where the tree's limit had room, it was the limit of the tree around it that had none. */
static enum limit_owner tree_owner_of(const struct roster *roster,
                                      const struct roster_process *process)
{
    const struct roster_limits *limits = &roster->limits;
    const struct refusal *first = &process->first;
    bool outer = first->size <= first->limit && first->used <= first->limit - first->size;
    bool is_ours =
        limits->tree_limit != ACCOUNTS_UNLIMITED && (outer || first->limit == limits->tree_limit);
    if (process->within)
        return !is_ours              ? LIMIT_OF_RUN_WITHIN
               : limits->tree_around ? LIMIT_OF_RUN_AROUND
                                     : LIMIT_OF_RUN;
    return (outer && roster->borrows) || limits->tree_around ? LIMIT_OF_RUN_AROUND : LIMIT_OF_RUN;
}

/* A process of a run within has that run's limit, unless ours is smaller. */
static enum limit_owner owner_of(const struct roster *roster, const struct roster_process *process)
{
    bool as_given = process->first.limit == roster->limits.limit;
    if (process->first.by_tree)
        return tree_owner_of(roster, process);
    if (process->within && !as_given)
        return LIMIT_OF_RUN_WITHIN;
    return as_given && roster->limits.around ? LIMIT_OF_RUN_AROUND : LIMIT_OF_RUN;
}

/* What cannot be, whoever the process is. A limit that the process or somebody outside has set may
 * be below what it holds; that of the run is kept by the library. */
static const char *doubt_about(const struct roster *roster, const struct roster_process *process)
{
    uint64_t limit = process->limit, given = roster->limits.limit;
    bool as_given = limit == given || limit - given == roster->limits.reserve;
    if (given != ACCOUNTS_UNLIMITED && as_given && process->used > limit)
        return "it says that it holds more than its limit";
    if (process->used == MOST_BYTES || process->peak == MOST_BYTES ||
        process->refusals == MOST_COUNT || process->faults == MOST_COUNT)
        return "it gives figures that no process can have";
    return NULL;
}

bool roster_read(const struct roster *roster, unsigned slot, struct roster_claim *claim)
{
    const struct account *account = &roster->accounts->slots[slot];
    *claim = (struct roster_claim){
        .owner = LOAD(roster->accounts->owners[slot]),
        .state = atomic_load(&account->state),
    };
    if (claim->state == ACCOUNT_EMPTY || (LOAD(account->flags) & ACCOUNT_LOAN))
        return false;
    struct roster_process *process = &claim->process;
    claim->pid = PLAIN(account->pid);
    claim->parent = PLAIN(account->parent);
    claim->stack = PLAIN(account->stack);
    claim->elsewhere = LOAD(account->flags) & ACCOUNT_ELSEWHERE;
    process->slot = slot;
    process->pid = descendants_is_number(claim->pid) || claim->pid == 1 ? (int)claim->pid : 0;
    process->parent = claim->parent > 0 && claim->parent <= INT32_MAX ? (int)claim->parent : 0;
    process->own_pid = process->pid;
    process->number = account_number(account);
    process->start_time = PLAIN(account->start_time);
    if (claim->owner == 0) /* a slot in use has an owner: somebody has wiped that out */
        claim->owner = accounts_identity(claim->pid, process->start_time);
    process->live = claim->state == ACCOUNT_LIVE;
    process->waited = !claim->elsewhere &&
                      accounts_end_of(roster->accounts, slot, claim->owner, &process->wait_status);
    read_figures(process, account);
    read_words(process, account);
    process->first.of = owner_of(roster, process);
    process->doubt = doubt_about(roster, process);
    return true;
}

struct process roster_figures(struct roster_process *process)
{
    return (struct process){
        .pid = process->pid,
        .parent = process->parent,
        .program = process->program,
        .began = process->began,
        .limit = process->limit,
        .used = process->used,
        .peak = process->peak,
        .refusals = process->refusals,
        .unknown = process->unknown,
        .first = process->first,
        .faults = process->faults,
        .first_fault = process->first_fault,
        .own_memory = process->own_memory,
        .kernel = process->kernel,
        .within = process->within,
        .beside = process->beside,
        .forked = process->forked,
        .explored = process->explored,
        .heap_owner = process->own_heap ? process->heap_owner : NULL,
        .maps_owned = process->own_maps,
        .heap_unreached = process->unreached,
        .doubt = process->doubt,
    };
}

struct roster_tree roster_tree(struct roster *roster)
{
    struct accounts *accounts = roster->accounts;
    struct roster_tree tree = {.limited = LOAD(accounts->tree_limit) != ACCOUNTS_UNLIMITED};
    if (!tree.limited)
        return tree;
    tree.limit = limit_of(LOAD(accounts->tree_limit));
    tree.used = at_most(accounts_tree_used(accounts), MOST_BYTES);
    tree.peak = at_most(LOAD(accounts->tree_peak), MOST_BYTES);
    return tree;
}

uint64_t roster_joined(const struct roster *roster)
{
    return at_most(LOAD(roster->accounts->joined), MOST_COUNT);
}

uint64_t roster_no_room(const struct roster *roster)
{
    return at_most(LOAD(roster->accounts->refused_room), MOST_COUNT);
}
