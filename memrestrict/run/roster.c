/* SPDX-License-Identifier: MIT */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "run/descendants.h"

#include <stdatomic.h>
#include <string.h>

enum { SEARCHES = 5 }; /* for a process in another namespace, each through all that descend */

/* To fill in a slot takes microseconds. */
static const uint64_t unfinished_patience = UINT64_C(2000) * 1000 * 1000;

/* Who has the lock needs it for microseconds, unless the machine is very busy. */
static const uint64_t lock_patience = UINT64_C(1000) * 1000 * 1000;

static const char no_such_number[] = "it gives a number that no process has",
                  not_of_the_run[] = "it gives the number of a process that is not of this run";

void roster_set_main(struct roster *roster, int pid)
{
    struct proc_stat stat = {0};
    roster->main = proc_stat_of(pid, &stat) == 0 ? pid : 0;
    roster->main_start = stat.start_time;
}

static unsigned top_of(struct roster *roster)
{
    unsigned top = atomic_load(&roster->accounts->top);
    if (top > ACCOUNTS_SLOTS)
        top = ACCOUNTS_SLOTS;
    if (top > roster->top) /* never lower: what was seen is not forgotten for somebody's word */
        roster->top = top;
    return roster->top;
}

/* Who is it? */

static bool is_same_process(const struct roster_place *place, const struct roster_place *other)
{
    return other->identity == ROSTER_SEEN && !other->done && other->pid == place->pid &&
           other->start_time == place->start_time;
}

/* A process that went on to another program has two slots, and left the first of them before it
 * said that it lives in the second. Two in which it lives are a lie. */
static bool is_seen_twice(const struct roster *roster, const struct roster_place *place)
{
    for (unsigned i = 0; i < roster->top; i++)
        if (&roster->places[i] != place && is_same_process(place, &roster->places[i]) &&
            atomic_load(&roster->accounts->slots[i].state) == ACCOUNT_LIVE)
            return true;
    return false;
}

static void take_number(struct roster_place *place, const struct proc_stat *stat)
{
    place->identity = ROSTER_SEEN;
    place->pid = stat->pid;
    place->parent = stat->parent;
}

static void identify_by_kernel(const struct roster *roster, struct roster_place *place, int pid)
{
    struct proc_stat stat = {0};
    int root = roster->fd >= 0 ? roster->command : 0;
    enum kin kin = descendants_find(root, pid, place->start_time, &stat);
    if (kin == KIN_OURS)
        take_number(place, &stat);
    else if (kin == KIN_GONE)
        place->identity = ROSTER_GONE;
    else
        place->identity = kin == KIN_STRANGER && roster->adopts ? ROSTER_STRANGER : ROSTER_UNKNOWN;
}

static void identify_hidden(const struct roster *roster, struct roster_place *place, int inner)
{
    struct proc_stat stat;
    int pid = roster->fd >= 0 && inner > 0 && place->start_time != 0
                  ? descendants_find_inner(roster->command, inner, place->start_time)
                  : 0;
    place->identity = ROSTER_HIDDEN;
    if (pid != 0 && proc_stat_of(pid, &stat) == 0 && stat.start_time == place->start_time)
        take_number(place, &stat);
}

static bool owner_fits(const struct roster_claim *claim)
{
    return claim->owner == accounts_identity(claim->pid, claim->process.start_time);
}

/* The program itself is known: whoever gives its number, and another start, is not it. */
static bool is_another_main(const struct roster *roster, const struct roster_claim *claim)
{
    return !claim->elsewhere && roster->main != 0 && claim->pid == roster->main &&
           claim->process.start_time != roster->main_start;
}

static bool is_settled(struct roster_place *place)
{
    if (place->identity == ROSTER_HIDDEN)
        return place->searches++ >= SEARCHES;
    return place->identity != ROSTER_NEW && place->identity != ROSTER_UNKNOWN;
}

static void identify(struct roster *roster, struct roster_place *place,
                     const struct roster_claim *claim)
{
    if (is_settled(place))
        return;
    place->start_time = claim->process.start_time;
    if (!owner_fits(claim) || is_another_main(roster, claim) ||
        (!claim->elsewhere && !descendants_is_number(claim->pid)))
        place->identity = ROSTER_NOBODY;
    else if (claim->elsewhere)
        identify_hidden(roster, place, (int)claim->pid);
    else
        identify_by_kernel(roster, place, (int)claim->pid);
    bool twice =
        place->identity == ROSTER_SEEN && claim->process.live && is_seen_twice(roster, place);
    if (twice)
        place->identity = ROSTER_NOBODY;
    place->done = twice; /* of one process there is one row */
    roster->lies += twice || place->identity == ROSTER_NOBODY;
}

/* What the place is known to be, into the copy. */
static void complete(const struct roster_place *place, struct roster_process *process)
{
    process->seen = place->identity == ROSTER_SEEN;
    process->joined = !place->told;
    process->began = place->began;
    process->start_time = place->start_time;
    if (process->seen) {
        process->pid = place->pid;
        process->parent = place->parent;
    }
    if (place->identity == ROSTER_NOBODY) {
        process->doubt = no_such_number;
        process->pid = 0;
    } else if (place->identity == ROSTER_STRANGER)
        process->doubt = not_of_the_run;
}

/* Reads a slot, and finds out whose it is. False: there is nobody, or none to be told of. */
static bool visit(struct roster *roster, unsigned slot, struct roster_claim *claim)
{
    struct roster_place *place = &roster->places[slot];
    if (&roster->accounts->slots[slot] == roster->own || !roster_read(roster, slot, claim))
        return false;
    if (claim->owner != place->owner || place->unfinished != 0)
        *place = (struct roster_place){.owner = claim->owner, .began = claim->process.began};
    identify(roster, place, claim);
    complete(place, &claim->process);
    return !place->done;
}

/* What has become of it? */

static enum roster_event replaced_or(const struct roster_claim *claim, enum roster_event event)
{
    return claim->process.live ? event : ROSTER_REPLACED;
}

static enum roster_event event_by_kernel(const struct roster_place *place,
                                         const struct roster_claim *claim)
{
    struct proc_stat stat = {0};
    int pid = place->identity == ROSTER_SEEN ? place->pid : (int)claim->pid;
    enum kin kin = descendants_find(0, pid, place->start_time, &stat);
    if (kin == KIN_GONE)
        return replaced_or(claim, ROSTER_ENDED);
    bool moved = kin == KIN_OURS && stat.stack != 0 && claim->stack != 0 &&
                 stat.stack != claim->stack && !claim->elsewhere;
    return replaced_or(claim, moved ? ROSTER_EXECED : ROSTER_RUNS);
}

static enum roster_event event_of(const struct roster_place *place,
                                  const struct roster_claim *claim)
{
    if (place->identity == ROSTER_HIDDEN)
        return replaced_or(claim, ROSTER_UNSEEN);
    if (place->identity == ROSTER_GONE || place->identity == ROSTER_NOBODY)
        return replaced_or(claim, ROSTER_ENDED);
    return event_by_kernel(place, claim);
}

/* Is the process that took a slot, and did not fill it in yet, still the same? */
static bool is_owned(uint64_t owner)
{
    struct proc_stat stat;
    int64_t pid = (int64_t)(owner >> 32);
    return descendants_is_number(pid) && proc_stat_of((int)pid, &stat) == 0 &&
           (uint32_t)stat.start_time == (uint32_t)owner;
}

/* A slot that was taken, by a process that may have died before it could fill it in. */
static void look_at_unfinished(struct roster_place *place, uint64_t owner)
{
    uint64_t now = duration_now();
    if (owner == 0 || owner != place->owner)
        *place = (struct roster_place){.owner = owner, .unfinished = owner != 0 ? now : 0};
    else if (place->unfinished == 0)
        place->unfinished = now;
    else if (now - place->unfinished >= unfinished_patience && !is_owned(owner))
        place->done = true;
}

static void look_at_place(struct roster *roster, unsigned slot, roster_take *take, void *context)
{
    struct roster_place *place = &roster->places[slot];
    struct roster_claim claim = {.owner = 0};
    if (&roster->accounts->slots[slot] == roster->own)
        return;
    bool there = visit(roster, slot, &claim);
    if (!there) {
        if (!place->done)
            look_at_unfinished(place, claim.owner);
        return;
    }
    place->done = take(context, &claim.process, event_of(place, &claim));
    place->told = true;
}

static void note_kept_lock(struct roster *roster)
{
    uint64_t now = duration_now();
    if (roster->kept_since == 0)
        roster->kept_since = now;
    else if (now - roster->kept_since >= lock_patience)
        roster->kept = true;
}

static void free_done(struct roster *roster)
{
    unsigned slots[ACCOUNTS_SLOTS] = {0}, count = 0;
    for (unsigned i = 0; i < roster->top; i++)
        if (roster->places[i].done)
            slots[count++] = i;
    if (!accounts_free(roster->accounts, slots, count)) {
        note_kept_lock(roster);
        return; /* at the next look */
    }
    roster->kept_since = 0;
    for (unsigned i = 0; i < count; i++)
        roster->places[slots[i]] = (struct roster_place){.owner = 0};
}

static void watch_tree(struct accounts *accounts)
{
    uint64_t limit = atomic_load(&accounts->tree_limit);
    if (limit == ACCOUNTS_UNLIMITED)
        return;
    uint64_t used = accounts_tree_used(accounts), peak = atomic_load(&accounts->tree_peak);
    if (used > limit)
        return;      /* looked at one by one, while they went on */
    if (used > peak) /* who is in the way raises it, too */
        atomic_compare_exchange_strong(&accounts->tree_peak, &peak, used);
}

void roster_look(struct roster *roster, roster_take *take, void *context)
{
    watch_tree(roster->accounts);
    for (unsigned i = 0; i < top_of(roster); i++)
        look_at_place(roster, i, take, context);
    free_done(roster);
}

bool roster_is_crowded(const struct roster *roster)
{
    unsigned free = ACCOUNTS_SLOTS - roster->top;
    for (unsigned i = 0; i < roster->top; i++)
        free += roster->places[i].owner == 0;
    return free < ACCOUNTS_SLOTS / 4;
}

bool roster_lock_was_kept(const struct roster *roster) { return roster->kept; }

uint64_t roster_lies(const struct roster *roster) { return roster->lies; }

bool roster_next(struct roster *roster, unsigned *index, struct roster_process *process)
{
    struct roster_claim claim;
    for (; *index < top_of(roster); ++*index)
        if (visit(roster, *index, &claim)) {
            *process = claim.process;
            return true;
        }
    return false;
}

bool roster_next_running(struct roster *roster, unsigned *index, struct roster_process *process)
{
    struct roster_claim claim;
    for (; *index < top_of(roster); ++*index) {
        if (!visit(roster, *index, &claim) || !claim.process.live)
            continue;
        enum roster_event event = event_of(&roster->places[*index], &claim);
        if (claim.process.within) /* whose own command shows it */
            continue;
        if (event == ROSTER_RUNS || event == ROSTER_UNSEEN) {
            *process = claim.process;
            return true;
        }
    }
    return false;
}

/* Also one that has just come, and was not looked at yet. */
bool roster_has(const struct roster *roster, int pid)
{
    unsigned top = atomic_load(&roster->accounts->top);
    for (unsigned i = 0; i < top && i < ACCOUNTS_SLOTS; i++)
        if ((roster->places[i].identity == ROSTER_SEEN && roster->places[i].pid == pid) ||
            (int)(atomic_load_explicit(&roster->accounts->owners[i], memory_order_relaxed) >> 32) ==
                pid)
            return true;
    return false;
}

/* Whose descendants the run is. */
static int root_of(const struct roster *roster, int program)
{
    return roster->adopts && !roster->had_children ? roster->command : program;
}

void roster_note(const struct roster *roster, int program, int probe, struct descendants_told *told)
{
    descendants_tell(told, program);
    descendants_tell(told, probe);
    descendants_note_all(root_of(roster, program), roster->main_start, told);
}

void roster_signal(struct roster *roster, int signal, int program, struct descendants_told *told)
{
    struct roster_claim claim;
    descendants_signal_all(root_of(roster, program), roster->main_start, signal, told);
    for (unsigned i = 0; i < top_of(roster); i++) {
        const struct roster_place *place = &roster->places[i];
        if (visit(roster, i, &claim) && claim.process.live && place->identity == ROSTER_SEEN &&
            !descendants_is_told(told, place->pid))
            descendants_signal(place->pid, place->start_time, signal);
    }
}
