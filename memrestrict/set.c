/* SPDX-License-Identifier: MIT */
#include "set.h"

#include "config.h"
#include "outside.h"
#include "say.h"
#include "sizes.h"
#include "words.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static bool is_locked(int pid)
{
    say("set: %d: the accounts of the run are locked by a process that does not go on; is it "
        "stopped?",
        pid);
    return false;
}

static void print_limits(const char *name, int pid, uint64_t limit, uint64_t before, uint64_t used)
{
    char now[SIZE_ROOM], was[SIZE_ROOM], use[SIZE_ROOM];
    words_safe(stdout, name);
    printf(" (%d): limit %s (was %s), %s in use\n", pid, size_words(limit, now),
           size_words(before, was), size_words(used, use));
}

/* The lock is taken in the command's name: it lives on, and frees nothing that is ours. */
static bool set_process(const struct outside_run *run, struct account *account, uint64_t limit)
{
    char program[ACCOUNTS_NAME] = "";
    uint64_t before = atomic_load(&account->limit);
    memcpy(program, account->program, sizeof program - 1);
    if (!accounts_set_limit(run->accounts, account, ACCOUNTS_COMMAND, limit))
        return is_locked(account->pid);
    print_limits(program, account->pid, limit, before, account_used(account));
    return true;
}

static bool set_tree(const struct outside_run *run, uint64_t limit)
{
    uint64_t before = atomic_load(&run->accounts->tree_limit);
    if (limit == ACCOUNTS_UNLIMITED) {
        say("set: %d: the limit of a tree cannot be taken off; accepted: a size", run->command);
        return false;
    }
    if (!accounts_set_tree_limit(run->accounts, ACCOUNTS_COMMAND, limit))
        return is_locked(run->command);
    print_limits("all processes of the run", run->command, limit, before, outside_used(run));
    return true;
}

/* All of a run: the limit of the tree, where it has one; else that of each process. */
static bool set_run(const struct outside_run *run, uint64_t limit)
{
    struct account *account;
    bool done = true;
    if (outside_is_tree(run))
        return set_tree(run, limit);
    for (unsigned i = 0; done && (account = outside_next(run, &i)) != NULL; i++)
        done = set_process(run, account, limit);
    return done;
}

/* Signals wait, not to end us with the lock. */
static bool set_target(const struct outside_target *target, char **words)
{
    uint64_t limit;
    sigset_t all;
    if (!config_parse_size(words[1], &limit)) {
        say_usage("set: cannot understand '%.200s'; accepted: a size such as 64M, 1.5G, 64MB or "
                  "67108864, or unlimited",
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
        .words = "PID LIMIT",
        .doc = "Gives a process that runs under memrestrict another limit; or, if PID is that of "
               "the command, the tree, where the run has a limit for it, else each process that "
               "runs now. What is held already is never taken away.",
        .least = 2,
        .most = 2,
    };
    return outside_command(&arguments, argc, argv, set_target);
}
