/* SPDX-License-Identifier: MIT
 *
 * What the command limits itself, beside the library: who asks for it, and its place in a tree's
 * budget, which is charged as any process charges its own: `used` first, then a look at the
 * ceiling. All that stands in the slot is the command's word, but anybody could write there.
 */
#include "run/roster_inside.h"

#include "base/duration.h"
#include "common/proc.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

void roster_offer(struct roster *roster, bool offered)
{
    if (offered)
        atomic_fetch_or(&roster->accounts->takes, ACCOUNTS_TAKES);
    else
        atomic_fetch_and(&roster->accounts->takes, ~(uint32_t)ACCOUNTS_TAKES);
}

bool roster_is_asked(struct roster *roster)
{
    uint32_t asked = atomic_load(&roster->accounts->notes.asked);
    bool anew = asked != roster->asked;
    roster->asked = asked;
    return anew;
}

void roster_answer(struct roster *roster, bool (*take)(void *context, const struct exec_note *note),
                   void *context)
{
    struct exec_note note;
    for (unsigned i = 0; i < EXEC_NOTES; i++) {
        struct exec_note *place = &roster->accounts->notes.of[i];
        if (exec_note_read(place, &note) && atomic_load(&note.handed) == EXEC_ASKS)
            exec_note_answer(place, take(context, &note) ? EXEC_TAKEN : EXEC_NOT_TAKEN);
    }
}

bool roster_begin_own(struct roster *roster)
{
    struct accounts *accounts = roster->accounts;
    atomic_fetch_or(&accounts->takes, ACCOUNTS_HAS_TAKEN);
    if (roster->own != NULL || atomic_load(&accounts->tree_limit) == ACCOUNTS_UNLIMITED)
        return true;
    uint64_t start = accounts->command_start;
    struct account *own = accounts_claim(accounts, accounts_identity(roster->command, start));
    if (own == NULL)
        return false;
    own->pid = roster->command;
    own->parent = getppid();
    own->start_time = start;
    own->began = duration_now();
    strcpy(own->program, "(by ptrace)");
    atomic_store(&own->limit, ACCOUNTS_UNLIMITED);
    atomic_store(&own->flags, ACCOUNT_IN_TREE);
    roster->own = own;
    atomic_store(&own->state, ACCOUNT_LIVE);
    return true;
}

static bool is_within(struct account *own, uint64_t bytes)
{
    atomic_store(&own->used, bytes);
    return bytes <= atomic_load(&own->ceiling);
}

enum roster_held roster_hold_own(struct roster *roster, uint64_t bytes)
{
    enum { ROUNDS = 10 }; /* others take back what we were granted, before we could use it */
    struct account *own = roster->own;
    if (own == NULL)
        return ROSTER_HELD;
    uint64_t before = atomic_load(&own->used);
    bool busy = false;
    if (bytes <= before) {
        atomic_store(&own->used, bytes);
        return ROSTER_HELD;
    }
    for (int i = 0; i < ROUNDS; i++) {
        if (is_within(own, bytes))
            return ROSTER_HELD;
        atomic_store(&own->used, before);
        if (!accounts_grow_soon(roster->accounts, own, bytes - before, &busy))
            return busy ? ROSTER_BUSY : ROSTER_FULL;
    }
    return ROSTER_BUSY;
}

void roster_refuse_own(struct roster *roster)
{
    struct accounts *accounts = roster->accounts;
    if (atomic_load(&accounts->tree_limit) != ACCOUNTS_UNLIMITED)
        accounts_open_reserve(accounts);
}
