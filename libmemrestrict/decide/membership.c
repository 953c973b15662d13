/* SPDX-License-Identifier: MIT */
#include "decide/membership.h"

#include "records/budget.h"
#include "records/fault.h"
#include "records/ledger.h"
#include "common/path_part.h"
#include "common/proc.h"
#include "common/span.h"
#include "ground/process.h"
#include "ground/program_exit.h"
#include "records/regions.h"
#include "records/sites.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

enum {
    PATIENCE =
        1000,    /* waits for a free slot: a busy machine keeps the command from freeing it ... */
    WAIT_MS = 10 /* ... of so many milliseconds each */
};

static struct {
    struct accounts *accounts;      /* NULL: no run, or none that could be joined */
    struct account *slot;           /* the process's; NULL: there was none free */
    uint32_t flags;                 /* that forked children have too */
    char heap_owner[ACCOUNTS_NAME]; /* likewise */
    int pid;                        /* whose it is: a vfork child has its parent's memory */
    const char *path;               /* of the run's accounts, the settings' own */
} membership;

bool membership_in_run(void) { return membership.accounts != NULL; }

bool membership_in_tree(void)
{
    return membership_in_run() &&
           atomic_load(&membership.accounts->tree_limit) != ACCOUNTS_UNLIMITED;
}

struct accounts *membership_accounts(void) { return membership.accounts; }

bool membership_can_be_had(void)
{
    int fd = membership.path != NULL ? kernel_open(membership.path, O_RDWR | O_CLOEXEC) : 0;
    if (fd > 0)
        kernel_close(fd);
    return fd != -ENOENT && fd != -EACCES && fd != -EPERM;
}

uint64_t membership_start_time(int pid)
{
    const struct account *slot = membership.slot;
    struct proc_stat self;
    bool shown = slot != NULL && !(atomic_load(&slot->flags) & ACCOUNT_ELSEWHERE);
    if (slot != NULL && membership.pid == pid)
        return slot->start_time;
    return !shown && proc_stat("/proc/self/stat", &self) && self.pid == pid ? self.start_time : 0;
}

void membership_note_copy(void)
{
    membership.flags |= ACCOUNT_EXPLORED;
    if (membership.slot != NULL)
        atomic_fetch_or(&membership.slot->flags, ACCOUNT_EXPLORED);
}

static uint64_t identity_of(const struct proc_stat *self)
{
    return accounts_identity(self->pid, self->start_time);
}

/* The program that this process was before exec has its slot still; what that held is no more. */
static void leave_earlier(struct accounts *accounts, uint64_t identity)
{
    unsigned top = atomic_load(&accounts->top);
    for (unsigned i = 0; i < top && i < ACCOUNTS_SLOTS; i++) {
        bool is_own = atomic_load(&accounts->owners[i]) == identity;
        struct account *earlier = is_own ? accounts_slot(accounts, i) : NULL;
        if (earlier != NULL && atomic_load(&earlier->state) != ACCOUNT_EMPTY) {
            atomic_store(&earlier->grant, 0);
            atomic_store(&earlier->state, ACCOUNT_REPLACED);
        }
    }
}

/* The command frees slots of the dead as fast as it can, while it is there. */
static struct account *claim_patiently(struct accounts *accounts, uint64_t identity)
{
    struct account *slot = accounts_claim(accounts, identity);
    _Atomic int32_t never = 0;
    for (int i = 0; i < PATIENCE && slot == NULL && !accounts_command_is_gone(accounts); i++) {
        kernel_wait_shared(&never, 0, WAIT_MS);
        slot = accounts_claim(accounts, identity);
    }
    if (slot == NULL)
        atomic_fetch_add(&accounts->refused_room, 1);
    return slot;
}

static void set_name(char *name, const char *word)
{
    size_t length = span_within(word, ACCOUNTS_NAME - 1);
    memcpy(name, word, length);
    name[length] = '\0';
}

/* Is what /proc says here what it says to the command, and to all others of the run? Namespaces
 * need not be the same for that; and where they are, the command may have gone. */
static bool sees_as_others(const struct accounts *accounts)
{
    struct proc_stat command;
    bool sees_command = accounts->command_start != 0 &&
                        proc_stat_of(accounts->command, &command) == 0 &&
                        command.start_time == accounts->command_start;
    return sees_command || accounts_can_judge(accounts);
}

static void fill_in(struct accounts *accounts, struct account *slot, const struct proc_stat *self,
                    const char *program, uint32_t flags)
{
    bool seen = self->start_time != 0 && sees_as_others(accounts);
    if (membership_in_tree())
        flags |= ACCOUNT_IN_TREE;
    flags |= membership.flags;
    if (fault_can_arm())
        flags |= ACCOUNT_CAN_ARM;
    if (process_is_hosted(self->stack))
        flags |= ACCOUNT_HOSTED;
    atomic_store(&slot->flags, flags | (seen ? 0 : ACCOUNT_ELSEWHERE));
    slot->pid = self->pid;
    slot->parent = self->parent;
    slot->start_time = self->start_time;
    slot->stack = self->stack;
    slot->began = kernel_clock();
    set_name(slot->program, program);
    memcpy(slot->heap_owner, membership.heap_owner, sizeof slot->heap_owner);
}

static void join_sites(const struct accounts *accounts, const struct account *slot, uint32_t flags)
{
    unsigned number = accounts_number(slot);
    if (!(flags & ACCOUNT_FORKED))
        sites_join(accounts, number);
    else if (sites_on && !sites_join_forked(accounts, number)) {
        ledger_forget_sites();
        regions_forget_sites(&regions_own);
        sites_use_changed(account_used(slot));
    }
}

/* False: no slot is free. */
static bool join(const char *program, uint32_t flags)
{
    struct accounts *accounts = membership.accounts;
    struct proc_stat self;
    if (!proc_stat("/proc/self/stat", &self))
        self = (struct proc_stat){.pid = kernel_pid()};
    if (!(flags & ACCOUNT_FORKED))
        leave_earlier(accounts, identity_of(&self));
    struct account *slot = claim_patiently(accounts, identity_of(&self));
    membership.slot = slot;
    membership.pid = kernel_pid();
    if (slot == NULL)
        return false;
    fill_in(accounts, slot, &self, program, flags);
    budget_join(accounts, slot);
    fault_follow(&slot->armed, &accounts->armed);
    join_sites(accounts, slot, flags);
    atomic_store(&slot->state, ACCOUNT_LIVE);
    return true;
}

static bool alone(const struct config *config, const char *program, struct text *complaint,
                  const char *why)
{
    uint64_t limit = config->limit < config->tree_limit ? config->limit : config->tree_limit;
    budget_give_limit(limit);
    text_add(complaint, "memrestrict: ");
    text_add_quoted(complaint, program, strlen(program));
    text_add(complaint, ": no place in the accounts of the run (");
    text_add(complaint, why);
    text_add(complaint, "): limited alone, to ");
    if (limit == CONFIG_UNLIMITED)
        text_add(complaint, "unlimited");
    else
        text_add_size(complaint, limit);
    text_add_char(complaint, '\n');
    return false;
}

/* What descends from a program that the command limits by ptrace is limited so, too: twice would be
 * too much. */
static bool is_taken(const struct accounts *accounts)
{
    return (atomic_load(&accounts->takes) & ACCOUNTS_HAS_TAKEN) &&
           proc_tracer() == accounts->command;
}

bool membership_start(const struct config *config, const char *program, struct text *complaint)
{
    struct text why = {.length = 0};
    int error;
    if (config->accounts[0] == '\0')
        return true;
    membership.path = config->accounts;
    struct accounts *accounts = accounts_map(config->accounts, &error);
    if (error == -ENOENT && config->tree_limit == CONFIG_UNLIMITED)
        return true; /* the run is over; each process has its own limit as before */
    if (accounts == NULL) {
        text_add_quoted(&why, config->accounts, strlen(config->accounts));
        text_add(&why, ": ");
        if (error == -ENODATA)
            text_add(&why, "it is cut short");
        else
            text_add_error(&why, -error);
        text_add_char(&why, '\0');
        return alone(config, program, complaint, why.bytes);
    }
    bool ours = accounts_are_ours(accounts), taken = ours && is_taken(accounts);
    if (!ours || taken)
        accounts_unmap(accounts);
    if (!ours)
        return alone(config, program, complaint, "they are another version's");
    if (taken) {
        budget_give_limit(BUDGET_UNLIMITED);
        return true;
    }
    membership.accounts = accounts;
    return join(program, 0) || alone(config, program, complaint, "they are full");
}

void membership_fork_child(const char *program)
{
    if (membership.accounts == NULL || join(program, ACCOUNT_FORKED) || !membership_in_tree())
        return;
    budget_disinherit();
    budget_give_at_most(atomic_load(&membership.accounts->tree_limit));
}

void membership_note_exit(int status)
{
    if (membership.slot != NULL && membership.pid == kernel_pid())
        atomic_store(&membership.slot->ending, ACCOUNT_EXITED | (status & 0xff));
}

/* For this program, and for those that it forks. */
static void set_flags(uint32_t flags)
{
    membership.flags |= flags;
    if (membership.slot != NULL)
        atomic_fetch_or(&membership.slot->flags, flags);
}

void membership_note_main(void)
{
    if (membership.slot != NULL && !program_exits_by_itself())
        set_flags(ACCOUNT_TELLS_EXIT);
}

void membership_note_raw_copy(void) { membership.flags &= ~(uint32_t)ACCOUNT_TELLS_EXIT; }

/* By a child of vfork, too, for its parent: that takes a certainty away, and gives none. */
void membership_note_leaving(void)
{
    if (membership.slot != NULL)
        atomic_fetch_or(&membership.slot->flags, ACCOUNT_LEAVES);
}

void membership_note_exec(bool begins)
{
    struct account *slot = membership.slot;
    if (slot == NULL || membership.pid != kernel_pid())
        return;
    if (begins)
        atomic_fetch_or(&slot->flags, ACCOUNT_IN_EXEC);
    else
        atomic_fetch_and(&slot->flags, ~(uint32_t)ACCOUNT_IN_EXEC);
}

/* Who is elsewhere has other numbers than the command. */
void membership_note_child(int pid, int status)
{
    const struct account *slot = membership.slot;
    if (slot != NULL && !(atomic_load(&slot->flags) & ACCOUNT_ELSEWHERE))
        accounts_note_end(membership.accounts, pid, status);
}

void membership_note_unreached(void) { set_flags(ACCOUNT_UNREACHED); }

void membership_note_owners(const char *object, bool heap, bool maps)
{
    const uint32_t both = ACCOUNT_OWN_HEAP | ACCOUNT_OWN_MAPS;
    uint32_t flags = (heap ? ACCOUNT_OWN_HEAP : 0) | (maps ? ACCOUNT_OWN_MAPS : 0);
    set_name(membership.heap_owner, path_last_part(object));
    membership.flags = (membership.flags & ~both) | flags;
    struct account *slot = membership.slot;
    if (slot == NULL)
        return;
    memcpy(slot->heap_owner, membership.heap_owner, sizeof slot->heap_owner);
    atomic_fetch_and(&slot->flags, ~both);
    atomic_fetch_or(&slot->flags, flags);
}
