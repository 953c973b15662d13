/* SPDX-License-Identifier: MIT */
#include "live/set.h"

#include "base/text.h"
#include "common/config.h"
#include "live/find_runs.h"
#include "base/message.h"
#include "base/sizes.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static bool is_locked(int pid)
{
    message("set: %d: the accounts of the run are locked by a process that does not go on; is it "
            "stopped?",
            pid);
    return false;
}

static void print_limits(const char *name, int pid, uint64_t limit, uint64_t before, uint64_t used)
{
    char now[SIZE_ROOM], was[SIZE_ROOM], use[SIZE_ROOM];
    text_safe(stdout, name);
    printf(" (%d): limit %s (was %s), %s in use\n", pid, size_words(limit, now),
           size_words(before, was), size_words(used, use));
}

/* The lock is taken in the command's name: it lives on, and frees nothing that is ours. */
static bool set_process(const struct found_run *run, struct account *account, uint64_t limit)
{
    char program[ACCOUNTS_NAME] = "";
    uint64_t before = atomic_load(&account->limit);
    memcpy(program, account->program, sizeof program - 1);
    if (!accounts_set_limit(run->accounts, account, ACCOUNTS_COMMAND, limit))
        return is_locked(account->pid);
    print_limits(program, account->pid, limit, before, account_used(account));
    return true;
}

static bool set_tree(const struct found_run *run, uint64_t limit)
{
    uint64_t before = atomic_load(&run->accounts->tree_limit);
    if (limit == ACCOUNTS_UNLIMITED) {
        message("set: %d: the limit of a tree cannot be taken off; accepted: a size", run->command);
        return false;
    }
    if (!accounts_set_tree_limit(run->accounts, ACCOUNTS_COMMAND, limit))
        return is_locked(run->command);
    print_limits("all processes of the run", run->command, limit, before, find_runs_used(run));
    return true;
}

/* All of a run: the limit of the tree, where it has one; else that of each process. */
static bool set_run(const struct found_run *run, uint64_t limit)
{
    struct account *account;
    bool done = true;
    if (find_runs_is_tree(run))
        return set_tree(run, limit);
    for (unsigned i = 0; done && (account = find_runs_next(run, &i)) != NULL; i++)
        done = set_process(run, account, limit);
    return done;
}

static bool can_arm(const struct account *account)
{
    return atomic_load(&account->flags) & ACCOUNT_CAN_ARM;
}

static bool is_unarmable(int pid)
{
    message("set: %d: nothing to arm: no plan of faults waits for it; accepted: a process of "
            "memrestrict --fault=PLAN with arm=set in PLAN",
            pid);
    return false;
}

/* In a run each process follows the run again. */
static bool arm_run(const struct found_run *run, enum account_armed armed)
{
    struct account *account;
    bool any = false;
    atomic_store(&run->accounts->armed, armed);
    for (unsigned i = 0; (account = find_runs_next(run, &i)) != NULL; i++) {
        any = any || can_arm(account);
        atomic_store(&account->armed, ACCOUNT_AS_RUN);
    }
    return any || is_unarmable(run->command);
}

static bool arm_target(const struct found_target *target, enum account_armed armed)
{
    if (target->account == NULL)
        return arm_run(target->run, armed);
    if (!can_arm(target->account))
        return is_unarmable(target->account->pid);
    atomic_store(&target->account->armed, armed);
    return true;
}

/* Signals wait, not to end us with the lock. */
static bool set_target(const struct found_target *target, char **words)
{
    uint64_t limit;
    sigset_t all;
    bool arms = strcmp(words[1], "arm") == 0;
    if (arms || strcmp(words[1], "disarm") == 0)
        return arm_target(target, arms ? ACCOUNT_ARMED : ACCOUNT_DISARMED);
    if (!config_parse_size(words[1], &limit)) {
        message_usage(
            "set: cannot understand '%.200s'; accepted: a size such as 64M, 1.5G, 64MB or "
            "67108864, or unlimited, or arm, or disarm",
            words[1]);
        return false;
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return target->account != NULL ? set_process(target->run, target->account, limit)
                                   : set_run(target->run, limit);
}

int set_main(int argc, char **argv)
{
    const struct arguments arguments = {
        .name = "memrestrict set",
        .words = "PID LIMIT|arm|disarm",
        .doc = "Gives a process that runs under memrestrict another limit; or, if PID is that of "
               "the command, the tree, where the run has a limit for it, else each process that "
               "runs now. What is held already is never taken away. With arm, a plan of faults "
               "(--fault) with arm=set begins to count and to strike; with disarm it rests.",
        .least = 2,
        .most = 2,
    };
    return find_runs_command(&arguments, argc, argv, set_target);
}
